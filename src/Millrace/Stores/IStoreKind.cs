namespace Millrace.Stores;

/// <summary>A kind of store that a URL names, as <c>postgres://user@host/database</c>; what is not named so lies in a folder.</summary>
/// <remarks>All fail with <see cref="Connectors.ConnectorException"/>. No message holds a password.</remarks>
public interface IStoreKind
{
    /// <summary>The schemes of its URLs, lower case.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>A store that writes; nothing is opened before the first use.</summary>
    /// <param name="url">Where.</param>
    /// <param name="password">The password, where the URL has none; or null.</param>
    IStore Create(string url, string? password);

    /// <summary>A store to read from, beside a process that may be writing to it.</summary>
    /// <param name="url">Where.</param>
    /// <param name="password">The password, where the URL has none; or null.</param>
    IStore OpenReader(string url, string? password);

    /// <summary>The place for people: the URL without what is secret.</summary>
    string Shown(string url);
}
