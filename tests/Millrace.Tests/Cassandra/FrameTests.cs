using Millrace.Cassandra.Cql;

namespace Millrace.Tests.Cassandra;

public sealed class FrameTests
{
    static byte[] Frame(byte version, Opcode opcode, short stream, ReadOnlySpan<byte> body)
    {
        var writer = new CqlWriter();
        var start = writer.BeginFrame((byte)(version | 0x80), opcode);
        writer.Raw(body);
        writer.EndFrame(start);
        writer.SetStream(0, stream);
        return writer.Written.ToArray();
    }

    static List<(FrameHeader Header, byte[] Body)> Parse(byte[] bytes, bool inSegments, Random random, int most)
    {
        var parser = new FrameParser { HasSegments = inSegments };
        var frames = new List<(FrameHeader, byte[])>();
        for (var at = 0; at < bytes.Length;)
        {
            var room = parser.Room();
            var count = Math.Min(Math.Min(room.Length, bytes.Length - at), random.Next(1, most));
            bytes.AsSpan(at, count).CopyTo(room.Span);
            parser.Received(count);
            at += count;
            while (parser.TryRead(out var header, out var body)) frames.Add((header, body.ToArray()));
        }
        return frames;
    }

    [Theory]
    [InlineData(false, 7)]
    [InlineData(false, 100_000)]
    [InlineData(true, 7)]
    [InlineData(true, 100_000)]
    public void Frames_are_found_however_the_bytes_arrive(bool inSegments, int most)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var sent = new CqlWriter();
        var bodies = new List<byte[]>();
        for (var i = 0; i < 60; i++)
        {
            var body = new byte[i % 20 == 19 ? random.Next(100_000, 500_000) : random.Next(200)];
            random.NextBytes(body);
            bodies.Add(body);
            sent.Raw(Frame(5, Opcode.Result, (short)i, body));
        }
        var bytes = sent.Written.ToArray();
        if (inSegments)
        {
            var segments = new CqlWriter();
            Segments.Wrap(bytes, segments);
            bytes = segments.Written.ToArray();
        }
        var frames = Parse(bytes, inSegments, random, most);
        Assert.True(frames.Select(f => f.Header.Stream).SequenceEqual(Enumerable.Range(0, 60).Select(i => (short)i)), $"seed {seed}");
        Assert.All(frames.Zip(bodies), pair => Assert.Equal(pair.Second, pair.First.Body));
    }

    /// <summary>Made by the Python driver 3.25.0 (cassandra.segment.SegmentCodec): another hand than ours.</summary>
    [Theory]
    [InlineData("000102030405060708", "090002a4c8c1000102030405060708831bb795")]
    [InlineData("85000001080000000400000001", "0d0002cf07f7850000010800000004000000011e43b5fd")]
    public void Segments_are_as_another_driver_makes_them(string payload, string segment)
    {
        var found = Segments.Read(Convert.FromHexString(segment), out var read, out var isWhole);
        Assert.Equal(segment.Length / 2, found);
        Assert.True(isWhole);
        Assert.Equal(payload, Convert.ToHexStringLower(read));
    }

    [Fact]
    public void A_large_frame_is_cut_as_another_driver_does()
    {
        // The same bytes as the other driver was given, which takes any: the header must make it one frame here.
        var payload = new byte[140_000];
        for (var i = 0; i < payload.Length; i++) payload[i] = (byte)(i * 7);
        var frame = Frame(5, Opcode.Result, 1, payload);
        var ours = new CqlWriter();
        Segments.Wrap(frame, ours);
        Assert.Equal(frame.Length + 2 * (Segments.HeaderSize + Segments.TrailerSize), ours.Length);
        Assert.Equal("ffff013891fe", Convert.ToHexStringLower(ours.Written[..6]));
        Assert.Equal(payload, Assert.Single(Parse(ours.Written.ToArray(), true, new Random(1), 50_000)).Body);
    }

    [Fact]
    public void A_segment_with_any_bit_turned_is_refused_or_not_whole()
    {
        var good = Convert.FromHexString("0d0002cf07f7850000010800000004000000011e43b5fd");
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bad = (byte[])good.Clone();
            bad[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<CqlException>(() => Segments.Read(bad, out _, out _));
        }
    }

    /// <summary>Whatever a server sends, the reader ends with values or with its own exception.</summary>
    [Fact]
    public void No_bytes_break_the_reader()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var samples = new[] { Rows(), Prepared(3), Prepared(4), Prepared(5), Error(), Event(), new byte[400] };
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = (byte[])samples[random.Next(samples.Length)].Clone();
            if (random.Next(4) == 0) random.NextBytes(bytes);
            for (var n = random.Next(6); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            bytes = bytes[..random.Next(bytes.Length + 1)];
            foreach (var decode in s_decoders)
            {
                try
                {
                    decode(bytes);
                }
                catch (CqlException e)
                {
                    Assert.Equal(CqlFailure.Protocol, e.Failure);
                }
                catch (Exception e)
                {
                    Assert.Fail($"seed {seed}, round {round}, {Convert.ToHexString(bytes)}: {e}");
                }
            }
        }
    }

    static readonly Action<byte[]>[] s_decoders =
    [
        static bytes =>
        {
            var parser = new FrameParser { HasSegments = bytes.Length % 2 == 0 };
            bytes.CopyTo(parser.Room());
            parser.Received(bytes.Length);
            while (parser.TryRead(out _, out _)) { }
        },
        static bytes =>
        {
            var reader = Responses.Open(new(4, true, 0x0E, 1, Opcode.Error, bytes.Length), bytes, out _);
            Responses.Error(ref reader);
        },
        static bytes =>
        {
            var reader = new CqlReader(bytes);
            Responses.Error(ref reader);
        },
        static bytes =>
        {
            var reader = new CqlReader(bytes);
            var rows = CqlRows.Read(ref reader);
            for (var row = 0; row < Math.Min(rows.Count, 50); row++)
                for (var column = 0; column < rows.Metadata.Columns.Length; column++) rows.Text(row, column);
        },
        static bytes =>
        {
            foreach (var version in (byte[])[3, 4, 5])
            {
                var reader = new CqlReader(bytes);
                CqlStatement.Read(ref reader, version, "");
            }
        },
        static bytes => CqlEvent.Read(new(bytes)),
    ];

    static byte[] Rows()
    {
        var to = new CqlWriter();
        CqlType[] types =
        [
            .. Enum.GetValues<CqlKind>().Where(k => k is not (CqlKind.Custom or CqlKind.List or CqlKind.Map or CqlKind.Set or CqlKind.Udt or CqlKind.Tuple)).Select(CqlType.Of),
        ];
        to.Int(1);
        to.Int(types.Length + 3);
        to.String("ks");
        to.String("t");
        foreach (var type in types)
        {
            to.String("c");
            to.Short((int)type.Kind);
        }
        to.String("list");
        to.Short(0x20);
        to.Short(0x0D);
        to.String("map");
        to.Short(0x21);
        to.Short(0x0D);
        to.Short(0x09);
        to.String("tuple");
        to.Short(0x31);
        to.Short(2);
        to.Short(0x09);
        to.Short(0x0D);
        to.Int(1);
        foreach (var type in types) to.Bytes(new byte[type.Kind is CqlKind.Uuid or CqlKind.TimeUuid ? 16 : type.Kind is CqlKind.Inet or CqlKind.Int or CqlKind.Float or CqlKind.Date ? 4 : 8]);
        to.Bytes([0, 0, 0, 1, 0, 0, 0, 2, 65, 66]);
        to.Bytes([0, 0, 0, 1, 0, 0, 0, 1, 65, 0, 0, 0, 4, 0, 0, 0, 9]);
        to.Bytes([0, 0, 0, 4, 0, 0, 0, 9, 0xFF, 0xFF, 0xFF, 0xFF]);
        return to.Written.ToArray();
    }

    static byte[] Prepared(int version)
    {
        var to = new CqlWriter();
        to.ShortBytes([1, 2, 3, 4]);
        if (version >= 5) to.ShortBytes([5, 6]);
        to.Int(1);
        to.Int(1);
        if (version >= 4)
        {
            to.Int(1);
            to.Short(0);
        }
        to.String("ks");
        to.String("t");
        to.String("k");
        to.Short(9);
        to.Int(4);
        to.Int(0);
        return to.Written.ToArray();
    }

    static byte[] Error()
    {
        var to = new CqlWriter();
        to.Int(0x1100);
        to.String("timed out");
        to.Short(4);
        to.Int(1);
        to.Int(2);
        to.String("SIMPLE");
        return to.Written.ToArray();
    }

    static byte[] Event()
    {
        var to = new CqlWriter();
        to.String("STATUS_CHANGE");
        to.String("UP");
        to.Byte(4);
        to.Raw([127, 0, 0, 1]);
        to.Int(9042);
        return to.Written.ToArray();
    }

    [Fact]
    public void The_samples_of_the_fuzzer_are_read_whole()
    {
        var reader = new CqlReader(Rows());
        var rows = CqlRows.Read(ref reader);
        Assert.Equal("['AB']|{'A': 9}|(9, null)", string.Join('|', Enumerable.Range(rows.Metadata.Columns.Length - 3, 3).Select(c => rows.Text(0, c))));
        foreach (var version in (byte[])[3, 4, 5])
        {
            var prepared = new CqlReader(Prepared(version));
            Assert.Equal("k", Assert.Single(CqlStatement.Read(ref prepared, version, "x").Markers.Columns).Name);
        }
        var error = new CqlReader(Error());
        Assert.Equal("a write did not end in time: 1 of 2 replicas answered that QUORUM needs.", Responses.Error(ref error).Message);
        Assert.Equal("127.0.0.1:9042", CqlEvent.Read(new(Event())).Node!.ToString());
    }

    /// <summary>The server's own tokens, as its function token() tells them.</summary>
    [Theory]
    [InlineData("P0000", 1, -1280593394049500585)]
    [InlineData("P0001", 1, -1655628832657467657)]
    [InlineData("a", 1, -8839064797231613815)]
    [InlineData("0123456789abcdef", 1, 5467490433528156583)]
    [InlineData("0123456789abcdefg", 1, -8200385122730116642)]
    [InlineData("é", 20, -4404908830454854452)]
    [InlineData("x", 33, -5243862173996223363)]
    public void Tokens_are_Cassandras(string part, int times, long token) =>
        Assert.Equal(token, Murmur3.Token(System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, times)))));

    [Fact]
    public void A_token_of_a_key_of_two_columns_is_Cassandras()
    {
        var key = new CqlWriter();
        key.ShortBytes("P0000"u8);
        key.Byte(0);
        key.Short(8);
        key.Long(1767225600000);
        key.Byte(0);
        Assert.Equal(-1967664726188450417, Murmur3.Token(key.Written));
    }
}
