using System.Text;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Tests.Connectors;

/// <summary>Reads byte partitions as the runtime does, and makes what sources are opened with.</summary>
static class Reading
{
    /// <summary>Reads until the partition has nothing for now or has ended; "|" stands where a file of a glob ended, "." where it ended.</summary>
    public static string Read(this IBytePartition partition, int room = 1 << 16) => Encoding.UTF8.GetString(ReadBytes(partition, room));

    public static byte[] ReadBytes(this IBytePartition partition, int room = 1 << 16)
    {
        var output = new MemoryStream();
        while (true)
        {
            var returned = 0;
            var chunk = new Chunk(new byte[room + 7], _ => returned++) { Length = 7 }; // what is there already stays
            var before = partition.Position;
            var result = partition.Read(chunk, TestContext.Current.CancellationToken);
            Assert.Equal(before + chunk.Length - 7, partition.Position);
            Assert.True(chunk.Bytes.AsSpan(0, 7).IndexOfAnyExcept((byte)0) < 0);
            output.Write(chunk.Bytes, 7, chunk.Length - 7);
            chunk.Release();
            if (result == ReadResult.EndOfFile) output.WriteByte((byte)'|');
            if (result == ReadResult.End) output.WriteByte((byte)'.');
            if (result is ReadResult.End or ReadResult.Idle) return output.ToArray();
        }
    }

    public static SourceContext Context(string folder, Schema? schema = null, TimeProvider? clock = null, params (string Name, string Value)[] options) =>
        new("orders", schema ?? Schema.Empty, new Options(options.ToDictionary(o => o.Name, o => o.Value)), folder, Path.Combine(folder, "data"), clock ?? new ManualClock());
}

/// <summary>A clock that a test moves.</summary>
sealed class ManualClock : TimeProvider
{
    long _ticks = new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => _ticks;
    public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);
    public void Move(TimeSpan by) => _ticks += by.Ticks;
}

/// <summary>A folder that is gone after the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("millrace-").FullName;

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
