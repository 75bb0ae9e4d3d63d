using System.Security.Cryptography;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Quality;

/// <summary>MASKED WITH: functions of TEXT that hide personal data. They are not in the catalogue: only a source's plan calls them.</summary>
public static class Masks
{
    /// <summary>The names that <c>function = '...'</c> may give.</summary>
    public static IReadOnlyList<string> Names { get; } = ["hash", "redact", "last4"];

    /// <summary>The function of a name.</summary>
    /// <param name="name">hash: 16 hexadecimal digits of an HMAC-SHA-256, equal for equal texts; redact: always '***'; last4: all but the last four characters as '*'.</param>
    /// <param name="key">The secret that hash is keyed by.</param>
    public static ScalarFunction Create(string name, ReadOnlySpan<byte> key) => name switch
    {
        "hash" => new Mask("hash", new HashText(key.ToArray()).Apply),
        "redact" => new Mask("redact", static (_, to) => Write("***"u8, to)),
        "last4" => new Mask("last4", Last4),
        _ => throw new ArgumentException($"'{name}' is no mask; there are {string.Join(", ", Names)}.", nameof(name)),
    };

    delegate int Rewrite(ReadOnlySpan<byte> text, Span<byte> to);

    static int Write(ReadOnlySpan<byte> text, Span<byte> to)
    {
        text.CopyTo(to);
        return text.Length;
    }

    static int Last4(ReadOnlySpan<byte> text, Span<byte> to)
    {
        var characters = 0;
        foreach (var b in text)
            if ((b & 0xC0) != 0x80) characters++;
        var written = 0;
        var index = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var starts = (text[i] & 0xC0) != 0x80;
            if (starts) index++;
            if (index > characters - 4) to[written++] = text[i];
            else if (starts) to[written++] = (byte)'*';
        }
        return written;
    }

    sealed class HashText(byte[] key)
    {
        public int Apply(ReadOnlySpan<byte> text, Span<byte> to)
        {
            Span<byte> hash = stackalloc byte[32];
            HMACSHA256.HashData(key, text, hash);
            for (var i = 0; i < 8; i++)
            {
                to[2 * i] = Hex(hash[i] >> 4);
                to[2 * i + 1] = Hex(hash[i] & 15);
            }
            return 16;
        }

        static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }

    sealed class Mask(string name, Rewrite rewrite) : ScalarFunction
    {
        public override string Name => "mask_" + name;
        public override string Category => "masks";
        public override string Syntax => $"MASKED WITH (function = '{name}')";
        public override string Summary => "Hides a text.";
        public override IReadOnlyList<Example> Examples => [];
        public override Signature? Resolve(ReadOnlySpan<DataType> arguments) =>
            arguments.Length == 1 && arguments[0].Kind == TypeKind.Text ? new Signature([DataType.Text], DataType.Text) : null;
        public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => new Kernel(rewrite);
    }

    /// <summary>Texts of a dictionary are masked once each: results are remembered by code while the dictionary lives.</summary>
    sealed class Kernel(Rewrite rewrite) : IScalarKernel, IDisposable
    {
        long _identity = -1;
        int[] _known = [];
        TextHeap? _results;

        public void Dispose()
        {
            _results?.Release();
            _results = null;
        }

        public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
        {
            var from = (TextColumn)arguments[0];
            var to = from.Home.RentText(DataType.Text);
            if (from.Heap.IsDictionary) RunDictionary(from, to, rows);
            else
            {
                for (var i = 0; i < rows; i++)
                    if (from.IsNull(i)) to.AppendNull();
                    else to.AppendCode(Apply(from[i], to.Heap));
            }
            return to;
        }

        void RunDictionary(TextColumn from, TextColumn to, int rows)
        {
            if (_identity != from.Heap.Identity)
            {
                _results?.Release();
                _results = from.Home.RentHeap();
                _ = _results.Append([]);
                _known.AsSpan().Clear();
                _identity = from.Heap.Identity;
            }
            if (_known.Length < from.Heap.Count) Array.Resize(ref _known, Math.Max(from.Heap.Count, _known.Length * 2));
            to.Share(_results!);
            for (var i = 0; i < rows; i++)
            {
                if (from.IsNull(i))
                {
                    to.AppendNull();
                    continue;
                }
                ref var known = ref _known[from.Codes[i]];
                if (known == 0) known = Apply(from[i], _results!);
                to.AppendCode(known);
            }
        }

        int Apply(ReadOnlySpan<byte> text, TextHeap heap) => heap.Commit(rewrite(text, heap.Reserve(Math.Max(16, text.Length))));
    }
}
