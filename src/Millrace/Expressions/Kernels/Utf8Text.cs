using System.Buffers;
using System.Text;

namespace Millrace.Expressions.Kernels;

/// <summary>UTF-8 counted in characters (code points). Bytes that are no UTF-8 are kept as they are: a byte that continues nothing belongs to the character before.</summary>
internal static class Utf8Text
{
    /// <summary>Texts longer than this are not made by functions such as repeat: an error of the row.</summary>
    public const int MaxBytes = 1 << 24;

    public static bool IsStart(byte b) => (b & 0xC0) != 0x80;

    /// <summary>Number of characters.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        if (Ascii.IsValid(text)) return text.Length;
        var count = 0;
        foreach (var b in text)
            if (IsStart(b)) count++;
        return IsStart(text[0]) ? count : count + 1; // the first byte always begins a character
    }

    /// <summary>The byte index after so many characters; the length where there are fewer.</summary>
    public static int IndexOf(ReadOnlySpan<byte> text, long characters)
    {
        if (characters <= 0) return 0;
        if (characters >= text.Length) return text.Length;
        if (Ascii.IsValid(text)) return (int)characters;
        for (var i = 0; i < text.Length; i++)
            if ((i == 0 || IsStart(text[i])) && characters-- == 0) return i;
        return text.Length;
    }

    /// <summary>Characters from a 0-based one on.</summary>
    public static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> text, long start, long count)
    {
        var rest = text[IndexOf(text, start)..];
        return rest[..IndexOf(rest, count)];
    }

    /// <summary>The first character and its bytes; false where they are no UTF-8 (then one byte is taken).</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out Rune rune, out int length)
    {
        if (Rune.DecodeFromUtf8(text, out rune, out length) == OperationStatus.Done) return true;
        length = 1;
        return false;
    }

    public static void Append(ByteBuffer target, Rune rune) => target.Advance(rune.EncodeToUtf8(target.Reserve(4)));

    /// <summary>Appends a text with every character mapped.</summary>
    public static void Map(ReadOnlySpan<byte> text, ByteBuffer target, Func<Rune, Rune> map)
    {
        while (!text.IsEmpty)
        {
            if (TryDecode(text, out var rune, out var length)) Append(target, map(rune));
            else target.Append(text[0]);
            text = text[length..];
        }
    }
}
