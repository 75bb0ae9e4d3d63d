using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.State;
using Millrace.Stores;
using Millrace.Tests.Stores;

namespace Millrace.Tests.State;

public sealed class KeyedTableTests(ITestOutputHelper log)
{
    static readonly Schema s_schema = new(new Field("flag", DataType.Boolean), new Field("small", DataType.Integer), new Field("big", DataType.BigInt), new Field("real", DataType.Double),
        new Field("wide", DataType.Decimal(38, 2)), new Field("span", DataType.Interval), new Field("text", DataType.Text));

    static object?[] Row(Random random)
    {
        bool IsNull() => random.Next(8) == 0;
        double[] reals = [0.0, -0.0, double.NaN, BitConverter.Int64BitsToDouble(unchecked((long)0xFFF8_0000_0000_0001)), 1.5, -2];
        Interval[] spans = [new(1, 0, 0), new(0, 30, 0), new(0, 1, 0), new(0, 0, 86_400_000_000)];
        return
        [
            IsNull() ? null : random.Next(2) == 0, IsNull() ? null : random.Next(-2, 3) * (random.Next(2) == 0 ? 1 : 100_000), IsNull() ? null : random.Next(-2, 3) * 5_000_000_000L,
            IsNull() ? null : reals[random.Next(reals.Length)], IsNull() ? null : (Int128)random.Next(3) << 70, IsNull() ? null : spans[random.Next(spans.Length)],
            IsNull() ? null : "text " + random.Next(5),
        ];
    }

    /// <summary>The key as text, in which equal keys are equal.</summary>
    static string Canonical(object?[] row, ImmutableArray<int> columns) => string.Join("|", columns.Select(c => row[c] switch
    {
        null => "NULL",
        double d => double.IsNaN(d) ? "NaN" : (d + 0.0).ToString(System.Globalization.CultureInfo.InvariantCulture),
        Interval i => i.ApproximateMicroseconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
        var value => value.ToString(),
    }));

    public static TheoryData<int[]> Keys => new([0], [1], [2], [3], [4], [5], [6], [1, 6], [0, 1, 2, 3, 4, 5, 6], []);

    [Theory, MemberData(nameof(Keys))]
    public void Equal_keys_have_one_number_however_they_come(int[] keys)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        ImmutableArray<int> columns = [.. keys];
        var memory = new MemoryAccountant(batchRows: 50);
        var owner = memory.Owner("x");
        var dictionaries = Enumerable.Range(0, 20).Select(_ => memory.RentHeap()).ToList();
        foreach (var dictionary in dictionaries) dictionary.MakeDictionary();
        using (var table = new KeyedTable([.. columns.Select(c => s_schema[c].Type)], memory, owner))
        {
            var known = new Dictionary<string, int>();
            for (var round = 0; round < 60; round++)
            {
                object?[][] rows = [.. Enumerable.Range(0, 50).Select(_ => Row(random))];
                var batch = StoredRows.Batch(memory, s_schema, rows);
                if (round % 3 > 0) batch = Intern(batch, dictionaries[random.Next(dictionaries.Count)], memory);
                var some = Enumerable.Range(0, 50).Where(_ => random.Next(3) > 0).ToArray();
                var numbers = new int[round % 2 == 0 ? 50 : some.Length];
                table.Find(batch, columns, round % 2 == 0 ? [] : some, numbers);
                for (var i = 0; i < numbers.Length; i++)
                {
                    var row = rows[round % 2 == 0 ? i : some[i]];
                    if (known.TryGetValue(Canonical(row, columns), out var number)) Assert.Equal(number, numbers[i]);
                    else known.Add(Canonical(row, columns), numbers[i]);
                }
                batch.Release();
            }
            Assert.Equal(known.Count, table.Count);
            Assert.Equal(known.Count, known.Values.Distinct().Count());
        }
        foreach (var dictionary in dictionaries) dictionary.Release();
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    static Batch Intern(Batch batch, TextHeap dictionary, MemoryAccountant memory)
    {
        var other = memory.RentBatch(batch.Schema);
        other.RowCount = batch.RowCount;
        foreach (var column in batch.Columns)
        {
            if (column is not TextColumn text)
            {
                other.Add(column.Retain());
                continue;
            }
            var coded = memory.RentText(DataType.Text);
            coded.Share(dictionary);
            for (var i = 0; i < batch.RowCount; i++)
                if (text.IsNull(i)) coded.AppendNull();
                else coded.Append(text[i]);
            other.Add(coded);
        }
        batch.Release();
        return other;
    }

    [Fact]
    public void Keys_that_nobody_holds_leave_and_the_others_keep_their_numbers()
    {
        var memory = new MemoryAccountant(batchRows: 500);
        var owner = memory.Owner("x");
        using (var table = new KeyedTable([DataType.Text, DataType.Integer], memory, owner))
        {
            var schema = new Schema(new Field("t", DataType.Text), new Field("i", DataType.Integer));
            int[] Find(int from)
            {
                var batch = StoredRows.Batch(memory, schema, [.. Enumerable.Range(from, 500).Select(i => new object?[] { "key " + i, i })]);
                var numbers = new int[500];
                table.Find(batch, [0, 1], [], numbers);
                batch.Release();
                return numbers;
            }
            var stay = Find(0);
            foreach (var key in stay) table.Hold(key);
            var bytes = new List<long>();
            for (var round = 1; round <= 60; round++)
            {
                var come = Find(round * 1000);
                foreach (var key in come) table.Hold(key);
                foreach (var key in come) table.Release(key);
                table.SweepIfDue();
                bytes.Add(owner.Bytes);
                Assert.Equal(stay, Find(0));
                Assert.InRange(table.Count, 500, 4000);
            }
            Assert.InRange(bytes[30..].Max(), 0, bytes[..30].Max());
            var column = memory.RentText(DataType.Text);
            table.AppendKeys(0, stay, column);
            Assert.Equal("key 499", System.Text.Encoding.UTF8.GetString(column[499]));
            column.Release();
        }
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    [Fact]
    public void Keys_that_were_saved_are_found_again_and_only_what_changed_is_saved()
    {
        var memory = new MemoryAccountant();
        var random = new Random(7);
        ImmutableArray<int> columns = [3, 5, 6];
        ImmutableArray<DataType> types = [.. columns.Select(c => s_schema[c].Type)];
        using (var table = new KeyedTable(types, memory, memory.Owner("x")))
        using (var other = new KeyedTable(types, memory, memory.Owner("y")))
        {
            var batch = StoredRows.Batch(memory, s_schema, [.. Enumerable.Range(0, 500).Select(_ => Row(random))]);
            var (numbers, again) = (new int[500], new int[500]);
            table.Find(batch, columns, [], numbers);
            foreach (var key in numbers.Distinct())
            {
                table.Hold(key);
                table.MarkChanged(key);
            }
            var saver = new StateSaver();
            List<int> Save()
            {
                saver.Begin();
                saver.BeginState(1);
                var saved = new List<int>();
                foreach (var key in table.SaveChanged(saver)) saved.Add(key);
                saver.EndSection();
                return saved;
            }
            Assert.Equal(numbers.Distinct().Order(), Save().Order());
            var blob = CheckpointBlob.Create(1, 1, [saver.Written]).SelectMany(p => p.ToArray()).ToArray();
            new SavedState([new MemoryBlob(blob)]).Load((in _, entry, _, _) =>
            {
                var reader = new StateReader(entry);
                other.LoadHeld(ref reader);
            });
            Assert.Empty(Save());
            table.MarkChanged(numbers[3]);
            table.MarkChanged(numbers[3]);
            Assert.Equal([numbers[3]], Save());
            Assert.Empty(Save());
            var count = other.Count;
            other.Find(batch, columns, [], again);
            Assert.Equal(table.Count, count);
            Assert.Equal(count, other.Count);
            for (var i = 0; i < 500; i++) Assert.Equal(table.HashOf(numbers[i]), other.HashOf(again[i]));
            batch.Release();
        }
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void A_key_that_left_and_came_back_between_two_saves_is_kept_and_one_that_left_is_gone()
    {
        var memory = new MemoryAccountant();
        var schema = new Schema(new Field("k", DataType.BigInt));
        using (var table = new KeyedTable([DataType.BigInt], memory, memory.Owner("x")))
        {
            var (saver, blobs) = (new StateSaver(), new List<byte[]>());
            int[] Hold(long from, int count)
            {
                var numbers = new int[count];
                var batch = StoredRows.Batch(memory, schema, [.. Enumerable.Range(0, count).Select(i => new object?[] { from + i })]);
                table.Find(batch, [0], [], numbers);
                batch.Release();
                foreach (var key in numbers)
                {
                    table.Hold(key);
                    table.MarkChanged(key);
                }
                return numbers;
            }
            void Save()
            {
                saver.Begin();
                saver.BeginState(1);
                foreach (var key in table.SaveChanged(saver))
                {
                    var column = memory.Rent<long>(DataType.BigInt);
                    table.AppendKeys(0, [key], column);
                    saver.Writer.Write(column[0]);
                    column.Release();
                }
                saver.EndSection();
                blobs.Insert(0, [.. CheckpointBlob.Create(blobs.Count, 1, [saver.Written]).SelectMany(p => p.ToArray())]);
            }
            var first = Hold(0, 3000);
            Save();
            // Nobody marks them: that they are gone is told when they are swept, which is when others have come in their place.
            foreach (var key in first.AsSpan(0, 2900)) table.Release(key);
            Assert.False(table.SweepIfDue());
            Hold(10_000, 1500);
            Assert.True(table.SweepIfDue());
            Hold(0, 10);
            Save();
            var alive = new List<long>();
            new SavedState([.. blobs.Select(b => new MemoryBlob(b))]).Load((in _, entry, keyLength, _) => alive.Add(BitConverter.ToInt64(entry[keyLength..])));
            Assert.Equal([.. Enumerable.Range(0, 10), .. Enumerable.Range(2900, 100), .. Enumerable.Range(10_000, 1500)], alive.Order());
        }
        Assert.Equal(0, memory.Alive);
    }
}
