using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Character codes, hashes and encodings.</summary>
internal static class Codes
{
    public static ScalarFunction[] All { get; } =
    [
        new ValueFunction<int>("ascii", "text", "ascii(text)", "The code point of the first character; 0 for the empty text.", [Gives(Int, Text)], (in Row row, Outcome outcome) =>
            row.Text(0).IsEmpty ? 0 : Utf8Text.TryDecode(row.Text(0), out var rune, out _) ? rune.Value : row.Text(0)[0], ("ascii('A')", "65"), ("ascii('ü')", "252")),
        new TextFunction("chr", "text", "chr(code)", "The character of a code point. 0 and codes that are none are errors.", [Gives(Text, Int)], (in Row row, Outcome outcome) =>
        {
            var code = row.Int(0);
            if (code != 0 && Rune.TryCreate(code, out var rune)) Utf8Text.Append(outcome.Text, rune);
            else outcome.Fail($"{code} is no code point of a character");
        }, ("chr(65)", "A")),
        new TextFunction("md5", "text", "md5(text)", "The MD5 digest as 32 hexadecimal digits. Not for secrets.", [Gives(Text, Text), Gives(Text, Bytes)], (in Row row, Outcome outcome) =>
        {
            Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // asked for by name
            MD5.HashData(row.Text(0), hash);
#pragma warning restore CA5351
            AppendHex(hash, outcome.Text);
        }, ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72")),
        new TextFunction("sha256", "text", "sha256(text)", "The SHA-256 digest as BYTES.", [Gives(Bytes, Text), Gives(Bytes, Bytes)], (in Row row, Outcome outcome) =>
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(row.Text(0), hash);
            outcome.Append(hash);
        }, ("encode(sha256('abc'), 'hex')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
        new TextFunction("sha1", "text", "sha1(text)", "The SHA-1 digest as BYTES. Not for secrets.", [Gives(Bytes, Text), Gives(Bytes, Bytes)], (in Row row, Outcome outcome) =>
        {
            Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // asked for by name
            SHA1.HashData(row.Text(0), hash);
#pragma warning restore CA5350
            outcome.Append(hash);
        }, ("encode(sha1('abc'), 'hex')", "a9993e364706816aba3e25717850c26c9cd0d89d")),
        new TextFunction("sha512", "text", "sha512(text)", "The SHA-512 digest as BYTES.", [Gives(Bytes, Text), Gives(Bytes, Bytes)], (in Row row, Outcome outcome) =>
        {
            Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
            SHA512.HashData(row.Text(0), hash);
            outcome.Append(hash);
        }, ("left(encode(sha512('abc'), 'hex'), 16)", "ddaf35a193617aba")),
        new ValueFunction<long>("crc32", "text", "crc32(text)", "The CRC-32 checksum of zip and PNG, from 0 to 4294967295.", [Gives(Long, Text), Gives(Long, Bytes)], (in Row row, Outcome outcome) => Checksum(row.Text(0)),
            ("crc32('123456789')", "3421780262")),
        new TextFunction("to_base64 base64", "text", "to_base64(text)", "A text, or BYTES, in base64.", [Gives(Text, Text), Gives(Text, Bytes)], (in Row row, Outcome outcome) => ToBase64(row.Text(0), outcome), ("to_base64('mill')", "bWlsbA==")),
        new TextFunction("from_base64", "text", "from_base64(text)", "The text that stands in base64; what is none is an error.", [Gives(Text, Text)], (in Row row, Outcome outcome) => FromBase64(row.Text(0), outcome), ("from_base64('bWlsbA==')", "mill")),
        new TextFunction("hex", "text", "hex(value)", "The hexadecimal digits, in capitals, of the bytes of a text or of an integer.", [Gives(Text, Text), Gives(Text, Bytes), Gives(Text, Long)], (in Row row, Outcome outcome) =>
        {
            if (row.Column(0) is TextColumn) AppendHex(row.Text(0), outcome.Text);
            else
            {
                row.Long(0).TryFormat(outcome.Text.Reserve(16), out var written, "x");
                outcome.Text.Advance(written);
            }
            _ = Ascii.ToUpperInPlace(outcome.Text.Editable, out _);
        }, ("hex('mill')", "6D696C6C"), ("hex(255)", "FF")),
        new TextFunction("unhex", "text", "unhex(text)", "The BYTES that pairs of hexadecimal digits stand for; what is none is an error.", [Gives(Bytes, Text)], (in Row row, Outcome outcome) =>
        {
            if (!Hex.TryDecode(row.Text(0), outcome.Text)) outcome.Fail($"{Casts.Quote(row.Text(0))} is not pairs of hex digits");
        }, ("encode(unhex('0AFF'), 'hex')", "0aff")),
        new TextFunction("encode", "text", "encode(bytes, format)", "BYTES as text: 'hex', 'base64' or 'escape' is the format.", [Gives(Text, Bytes, Text)], Encode,
            ("encode(CAST('\\x0aff' AS BYTES), 'hex')", "0aff"), ("encode(CAST('mill' AS BYTES), 'base64')", "bWlsbA==")),
        new TextFunction("decode", "text", "decode(text, format)", "The BYTES that a text stands for: 'hex' or 'base64' is the format. A text that is none is an error.", [Gives(Bytes, Text, Text)], Decode,
            ("decode('0aff', 'hex')", "\\x0aff"), ("encode(decode('bWlsbA==', 'base64'), 'hex')", "6d696c6c")),
        new TextFunction("to_hex", "text", "to_hex(number)", "The hexadecimal digits of an integer, in two's complement.", [Gives(Text, Long)], (in Row row, Outcome outcome) =>
        {
            row.Long(0).TryFormat(outcome.Text.Reserve(16), out var written, "x");
            outcome.Text.Advance(written);
        }, ("to_hex(255)", "ff")),
        new ValueFunction<long>("hash64", "text", "hash64(value)", "A 64-bit hash, the same on every machine and in every run. Not for secrets.", [Gives(Long, Text), Gives(Long, Long), Gives(Long, Bytes)],
            (in Row row, Outcome outcome) => row.Column(0) is TextColumn ? (long)Hash64.Of(row.Text(0)) : (long)Hash64.Of(row.Long(0)), ("hash64('mill') = hash64('mill')", "true")),
    ];

    static readonly uint[] s_crc = [.. Enumerable.Range(0, 256).Select(i =>
    {
        var value = (uint)i;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320;
        return value;
    })];

    static long Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = crc >> 8 ^ s_crc[(byte)(crc ^ b)];
        return ~crc;
    }

    static void ToBase64(ReadOnlySpan<byte> bytes, Outcome outcome)
    {
        Base64.EncodeToUtf8(bytes, outcome.Text.Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        outcome.Text.Advance(written);
    }

    static void FromBase64(ReadOnlySpan<byte> text, Outcome outcome)
    {
        var status = Base64.DecodeFromUtf8(text, outcome.Text.Reserve(Base64.GetMaxDecodedFromUtf8Length(text.Length)), out _, out var written);
        outcome.Text.Advance(written);
        if (status != System.Buffers.OperationStatus.Done) outcome.Fail($"{Casts.Quote(text)} is no base64");
    }

    static void AppendHex(ReadOnlySpan<byte> bytes, ByteBuffer target)
    {
        foreach (var b in bytes)
        {
            target.Append("0123456789abcdef"u8[b >> 4]);
            target.Append("0123456789abcdef"u8[b & 15]);
        }
    }

    static void Encode(in Row row, Outcome outcome)
    {
        var bytes = row.Text(0);
        if (Ascii.EqualsIgnoreCase(row.Text(1), "hex"u8)) AppendHex(bytes, outcome.Text);
        else if (Ascii.EqualsIgnoreCase(row.Text(1), "base64"u8)) ToBase64(bytes, outcome);
        else if (Ascii.EqualsIgnoreCase(row.Text(1), "escape"u8)) Escape(bytes, outcome.Text);
        else outcome.Fail($"{Casts.Quote(row.Text(1))} is no format; there are hex, base64 and escape");
    }

    static void Escape(ReadOnlySpan<byte> bytes, ByteBuffer target)
    {
        foreach (var b in bytes)
        {
            if (b == '\\') target.Append("\\\\"u8);
            else if (b is > 0 and < 128) target.Append(b);
            else
            {
                target.Append((byte)'\\');
                target.Append((byte)('0' + (b >> 6)));
                target.Append((byte)('0' + (b >> 3 & 7)));
                target.Append((byte)('0' + (b & 7)));
            }
        }
    }

    static void Decode(in Row row, Outcome outcome)
    {
        var text = row.Text(0);
        if (Ascii.EqualsIgnoreCase(row.Text(1), "hex"u8))
        {
            if (!Hex.TryDecode(text, outcome.Text)) outcome.Fail($"{Casts.Quote(text)} is not pairs of hex digits");
        }
        else if (Ascii.EqualsIgnoreCase(row.Text(1), "base64"u8)) FromBase64(text, outcome);
        else outcome.Fail($"{Casts.Quote(row.Text(1))} is no format; there are hex and base64");
    }
}
