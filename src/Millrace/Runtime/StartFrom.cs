using System.Globalization;

namespace Millrace.Runtime;

/// <summary>What a run goes on from.</summary>
public readonly record struct StartFrom
{
    readonly Kind _kind;

    StartFrom(Kind kind, long version = 0) => (_kind, Version) = (kind, version);

    enum Kind
    {
        Latest,
        Earliest,
        Version,
        Fresh,
    }

    /// <summary>The newest checkpoint.</summary>
    public static StartFrom Latest => new(Kind.Latest);

    /// <summary>The oldest checkpoint that is kept; results go back to it.</summary>
    public static StartFrom Earliest => new(Kind.Earliest);

    /// <summary>Nothing: results are emptied, and sources are read from their start.</summary>
    public static StartFrom Fresh => new(Kind.Fresh);

    /// <summary>The checkpoint of a version; results go back to it.</summary>
    public static StartFrom At(long version) => new(Kind.Version, version);

    /// <summary>The version that is asked for by number, else 0.</summary>
    public long Version { get; }

    /// <summary>Reads <c>latest</c>, <c>earliest</c>, <c>fresh</c> or the number of a checkpoint.</summary>
    public static bool TryParse(string text, out StartFrom from)
    {
        (from, var isKnown) = text switch
        {
            "latest" => (Latest, true),
            "earliest" => (Earliest, true),
            "fresh" => (Fresh, true),
            _ => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0 ? (At(version), true) : (Latest, false),
        };
        return isKnown;
    }

    /// <inheritdoc/>
    public override string ToString() => _kind == Kind.Version ? Version.ToString(CultureInfo.InvariantCulture) : _kind.ToString().ToLowerInvariant();
}
