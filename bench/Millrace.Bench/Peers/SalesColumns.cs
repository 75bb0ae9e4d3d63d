using Millrace.Bench.Harness;

namespace Millrace.Bench.Peers;

/// <summary>Plain arrays that a peer decodes a few thousand sales into, over and over.</summary>
/// <remarks>Texts lie one behind the other as UTF-8; their ends are kept. That is the least that anybody could do with them.</remarks>
sealed class SalesColumns
{
    /// <summary>Rows that fit: as many as a batch of Millrace has.</summary>
    public const int Capacity = Data.MemoryAccountant.DefaultBatchRows;

    readonly Fingerprint[] _fingerprints = new Fingerprint[6];

    /// <summary>Rows that are filled.</summary>
    public int Count { get; private set; }

    /// <summary>The numbers.</summary>
    public readonly long[] Ts = new long[Capacity];
    /// <inheritdoc cref="Ts"/>
    public readonly int[] Qty = new int[Capacity];
    /// <inheritdoc cref="Ts"/>
    public readonly double[] Price = new double[Capacity];

    /// <summary>The texts.</summary>
    public readonly Texts Product = new();
    /// <inheritdoc cref="Product"/>
    public readonly Texts Store = new();
    /// <inheritdoc cref="Product"/>
    public readonly Texts Customer = new();

    /// <summary>Whether rows are also added to the fingerprint.</summary>
    public bool TakesFingerprint { get; init; }

    /// <summary>Ends a row; the columns start anew when they are full.</summary>
    public void EndRow()
    {
        if (++Count == Capacity) Flush();
    }

    /// <summary>Starts the columns anew.</summary>
    public void Flush()
    {
        if (TakesFingerprint) Add();
        Count = 0;
        Product.Clear();
        Store.Clear();
        Customer.Clear();
    }

    /// <summary>Stands for all rows so far; null where none was asked for.</summary>
    public string? Checksum() => TakesFingerprint ? string.Join('/', _fingerprints) : null;

    void Add()
    {
        for (var i = 0; i < Count; i++)
        {
            _fingerprints[0].Add(Ts[i]);
            _fingerprints[1].Add(Product[i]);
            _fingerprints[2].Add(Store[i]);
            _fingerprints[3].Add(Customer[i]);
            _fingerprints[4].Add(Qty[i]);
            _fingerprints[5].Add(Price[i]);
        }
    }

    /// <summary>A column of texts.</summary>
    public sealed class Texts
    {
        readonly int[] _ends = new int[Capacity];
        byte[] _bytes = new byte[32 * Capacity];
        int _count;
        int _length;

        /// <summary>The text of a row.</summary>
        public ReadOnlySpan<byte> this[int row]
        {
            get
            {
                var start = row == 0 ? 0 : _ends[row - 1];
                return _bytes.AsSpan(start, _ends[row] - start);
            }
        }

        /// <summary>Appends a text.</summary>
        public void Add(ReadOnlySpan<byte> text)
        {
            if (_length + text.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + text.Length));
            text.CopyTo(_bytes.AsSpan(_length));
            _ends[_count++] = _length += text.Length;
        }

        /// <summary>Forgets all.</summary>
        public void Clear() => (_count, _length) = (0, 0);
    }
}
