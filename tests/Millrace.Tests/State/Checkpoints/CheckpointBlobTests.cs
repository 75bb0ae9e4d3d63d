using System.Text;
using Millrace.Data;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Tests.State.Checkpoints;

public sealed class CheckpointBlobTests
{
    static byte[] Blob(long checkpoint, Action<StateSaver> write)
    {
        var saver = new StateSaver();
        saver.Begin();
        write(saver);
        saver.EndSection();
        return [.. CheckpointBlob.Create(checkpoint, 2, [saver.Written]).SelectMany(p => p.ToArray())];
    }

    static void Put(StateSaver saver, string key, string value)
    {
        saver.BeginEntry().WriteRaw(Encoding.UTF8.GetBytes(key));
        saver.BeginValue().WriteRaw(Encoding.UTF8.GetBytes(value));
        saver.EndEntry();
    }

    static List<string> Alive(params byte[][] newestFirst) => Alive(new SavedState([.. newestFirst.Select(b => new MemoryBlob(b))]));

    static List<string> Alive(SavedState state)
    {
        var alive = new List<string>();
        state.Load((in section, entry, keyLength, isGone) =>
            alive.Add($"{section.State}/{section.Part} {Encoding.UTF8.GetString(entry[..keyLength])}={Encoding.UTF8.GetString(entry[keyLength..])}"));
        alive.Sort(StringComparer.Ordinal);
        return alive;
    }

    [Fact]
    public void Of_an_entry_the_newest_holds_and_what_is_gone_or_forgotten_does_not()
    {
        var oldest = Blob(1, saver =>
        {
            saver.BeginState(7);
            Put(saver, "a", "1");
            Put(saver, "b", "1");
            saver.BeginPart(5);
            Put(saver, "a", "part");
            saver.BeginState(8);
            Put(saver, "a", "other");
        });
        var newer = Blob(2, saver =>
        {
            saver.BeginState(7);
            Put(saver, "b", "2");
            saver.Gone("a"u8);
            saver.BeginPart(5, forgets: true);
            Put(saver, "c", "after");
        });
        var newest = Blob(3, saver =>
        {
            saver.BeginState(7);
            saver.Gone("b"u8);
            saver.EndSection();
            Put(saver, "b", "3");
        });
        Assert.Equal(["7/0 a=1", "7/0 b=1", "7/5 a=part", "8/0 a=other"], Alive(oldest));
        Assert.Equal(["7/0 b=2", "7/5 c=after", "8/0 a=other"], Alive(newer, oldest));
        Assert.Equal(["7/0 b=3", "7/5 c=after", "8/0 a=other"], Alive(newest, newer, oldest));
    }

    [Fact]
    public void Every_changed_byte_and_every_missing_end_is_found()
    {
        var blob = Blob(12, saver =>
        {
            saver.BeginState(7);
            Put(saver, "key", "value");
        });
        Assert.Equal((12L, 2), CheckpointBlob.Open(new MemoryBlob(blob)));
        for (var i = 0; i < blob.Length; i++)
        {
            var changed = (byte[])blob.Clone();
            changed[i] ^= 1;
            Assert.Throws<InvalidDataException>(() => CheckpointBlob.Open(new MemoryBlob(changed)));
            Assert.Throws<InvalidDataException>(() => CheckpointBlob.Open(new MemoryBlob(blob.AsMemory(0, i))));
        }
    }

    [Fact]
    public void A_blob_is_read_as_it_was_written_and_gone_when_it_was_deleted()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            foreach (var blobs in new IBlobStore[] { new MemoryBlobStore(), new FileBlobStore(folder), new Oracle.Faults.TroubledBlobs(new(1, most: 0)) })
            {
                Assert.Empty(blobs.List());
                Assert.Null(blobs.Open("a"));
                blobs.Write("a", ["to"u8.ToArray(), default, "rn"u8.ToArray()]);
                blobs.Write("a", ["whole"u8.ToArray()]); // what an earlier try left is replaced
                blobs.Write("b", ["x"u8.ToArray()]);
                Assert.Equal(["a", "b"], blobs.List());
                using (var whole = blobs.Open("a")!)
                {
                    Assert.Equal("whole"u8, whole.Slice(0, (int)whole.Length));
                    Assert.Equal("le"u8, whole.Slice(3, 2));
                    Assert.Throws<ArgumentOutOfRangeException>(() => whole.Slice(3, 3).Length);
                }
                blobs.Delete("a");
                blobs.Delete("a");
                Assert.Equal(["b"], blobs.List());
            }
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
