using System.Diagnostics;

namespace Millrace.Sketches.Cpc;

/// <summary>A canonical prefix code with words of up to 12 bits, sent lowest bit first.</summary>
sealed class PrefixCode
{
    /// <summary>Bits that hold the longest word.</summary>
    public const int MaxLength = 12;

    readonly ushort[] _words;
    readonly ushort[] _symbols = new ushort[1 << MaxLength];

    /// <summary>The code whose words have given lengths: one hexadecimal digit for each symbol.</summary>
    public PrefixCode(string lengths)
    {
        _words = new ushort[lengths.Length];
        var word = 0;
        for (var length = 1; length <= MaxLength; length++, word <<= 1)
        {
            for (var symbol = 0; symbol < lengths.Length; symbol++)
            {
                if ((lengths[symbol] <= '9' ? lengths[symbol] - '0' : lengths[symbol] - 'a' + 10) != length) continue;
                Assign(symbol, Reverse(word, length), length);
                word++;
            }
        }
        Debug.Assert(word == 2 << MaxLength, "The words fill the code.");
    }

    void Assign(int symbol, int word, int length)
    {
        _words[symbol] = (ushort)(length << MaxLength | word);
        for (var rest = 0; rest < 1 << MaxLength - length; rest++) _symbols[rest << length | word] = (ushort)(length << 8 | symbol);
    }

    static int Reverse(int word, int length)
    {
        var reversed = 0;
        for (var i = 0; i < length; i++, word >>= 1) reversed = reversed << 1 | word & 1;
        return reversed;
    }

    /// <summary>Writes a symbol.</summary>
    public void Write(ref BitWriter writer, int symbol) => writer.Write((uint)_words[symbol] & (1 << MaxLength) - 1, _words[symbol] >> MaxLength);

    /// <summary>Reads a symbol.</summary>
    public int Read(ref BitReader reader)
    {
        var entry = _symbols[reader.Peek(MaxLength)];
        reader.Skip(entry >> 8);
        return entry & 0xFF;
    }
}
