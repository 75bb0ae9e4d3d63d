using System.Runtime.CompilerServices;
using Millrace.Learning.Images;

namespace Millrace.Learning;

/// <summary>The columns of a model's rows: how many there are, and which hold numbers, which hold codes of categories.</summary>
/// <remarks>A row is a span of doubles, one for each column in order. Codes of categories are doubles too: 0, 1, 2 ...</remarks>
public sealed class FeatureSet
{
    /// <summary>Codes of categories are below this number.</summary>
    public const int CodesMax = 65_536;

    readonly FeatureKind[] _kinds;

    /// <summary>Columns of given kinds.</summary>
    /// <param name="kinds">One for each column; at least one.</param>
    /// <exception cref="ArgumentException">There is no column.</exception>
    public FeatureSet(params ReadOnlySpan<FeatureKind> kinds)
    {
        if (kinds.Length == 0) throw new ArgumentException("A set of features has no column; at least one is needed.", nameof(kinds));
        _kinds = kinds.ToArray();
        NumericColumns = ColumnsOf(FeatureKind.Numeric);
        NominalColumns = ColumnsOf(FeatureKind.Nominal);
    }

    /// <summary>Columns that all hold numbers.</summary>
    /// <param name="count">How many, at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no column.</exception>
    public static FeatureSet Numeric(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new(new FeatureKind[count]);
    }

    /// <summary>Number of columns.</summary>
    public int Count => _kinds.Length;

    /// <summary>The kind of a column.</summary>
    /// <param name="column">Its index, from 0.</param>
    public FeatureKind this[int column] => _kinds[column];

    /// <summary>Indexes of the columns that hold numbers.</summary>
    internal int[] NumericColumns { get; }

    /// <summary>Indexes of the columns that hold codes.</summary>
    internal int[] NominalColumns { get; }

    /// <summary>Throws unless a row has one value for each column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Check(ReadOnlySpan<double> features)
    {
        if (features.Length != _kinds.Length) ThrowLength(features.Length);
    }

    /// <summary>The code of a category, or -1 where it is missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Code(double value)
    {
        var code = (int)value;
        return code == value && (uint)code < CodesMax ? code : -1;
    }

    /// <summary>Reads or writes a set.</summary>
    internal static void Transfer(Archive archive, ref FeatureSet features)
    {
        var kinds = archive.IsReading ? [] : Array.ConvertAll(features._kinds, k => (byte)k);
        archive.Array(ref kinds);
        if (!archive.IsReading) return;
        archive.Require(kinds.Length > 0 && kinds.All(k => k <= (byte)FeatureKind.Nominal), "its features are of no known kind");
        features = new(Array.ConvertAll(kinds, k => (FeatureKind)k));
    }

    int[] ColumnsOf(FeatureKind kind) => [.. Enumerable.Range(0, _kinds.Length).Where(i => _kinds[i] == kind)];

    void ThrowLength(int found) => throw new ArgumentException($"A row has {found} values; the model was made for {_kinds.Length} features.", "features");
}
