using Millrace.Data;
using Millrace.Planning;
using Millrace.Tests.Operators.Lookups;

namespace Millrace.Tests.Operators;

public sealed class NormalizeUpsertTests(ITestOutputHelper log)
{
    static readonly Schema s_schema = new(new Field("at", DataType.Timestamp), new Field("id", DataType.Text), new Field("value", DataType.Integer), new Field("gone", DataType.Boolean));

    static PlanNode Plan(string[]? key = null, Interval? ttl = null)
    {
        var source = new SourceDefinition
        {
            Name = "items",
            Schema = s_schema,
            Paths = [.. s_schema.Fields.Select(f => f.Name)],
            Connector = "memory",
            Changes = SourceChanges.Upsert,
            PrimaryKey = [.. key ?? ["id"]],
            Deleted = "gone",
            StateTtl = ttl,
        };
        return PlanBuilder.Source(source, null, [], 0, 10, null);
    }

    [Fact]
    public void A_row_replaces_the_row_of_its_key_and_one_that_says_nothing_new_tells_nothing()
    {
        var course = new Course(Plan()).Rows(0, [1L, "a", 1, null], [2L, "b", 2, false]).Barrier()
            .Rows(0, [3L, "a", 5, null], [1L, "a", 1, null], [4L, "b", 3, null]).Barrier()
            .Rows(0, [5L, "b", 3, true], [6L, "c", 1, true]).Barrier().Rows(0, [7L, "b", 9, null]).End();
        Assert.Equal(["+1 1970-01-01 00:00:00.000001 | a | 1 | NULL", "+1 1970-01-01 00:00:00.000007 | b | 9 | NULL"], course.RunAll());
        var (output, _) = course.Run();
        Assert.Equal(
        [
            "+1 1970-01-01 00:00:00.000001 | a | 1 | NULL", "+1 1970-01-01 00:00:00.000002 | b | 2 | false", "-- barrier",
            "-1 1970-01-01 00:00:00.000002 | b | 2 | false", "+1 1970-01-01 00:00:00.000004 | b | 3 | NULL", "-- barrier",
            "-1 1970-01-01 00:00:00.000004 | b | 3 | NULL", "-- barrier",
            "+1 1970-01-01 00:00:00.000007 | b | 9 | NULL", "-- barrier",
        ], output[0]);
    }

    [Fact]
    public void Random_updates_give_the_last_row_of_each_key()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var course = new Course(Plan());
        var now = new Dictionary<string, object?[]>();
        for (var step = 0; step < 12; step++)
        {
            var rows = Enumerable.Range(0, random.Next(80)).Select(i => (object?[])[(long)random.Next(3), "k" + random.Next(30), random.Next(2), random.Next(5) == 0]).ToArray();
            foreach (var row in rows)
            {
                if (row[3] is true) now.Remove((string)row[1]!);
                else now[(string)row[1]!] = row;
            }
            course.Rows(0, rows).Barrier();
        }
        var expected = now.Values.Select(r => $"+1 1970-01-01 00:00:00{(r[0] is 0L ? "" : ".00000" + r[0])} | {r[1]} | {r[2]} | false").Order(StringComparer.Ordinal);
        Assert.Equal(expected, course.End().RunAll());
    }

    [Fact]
    public void A_time_in_the_key_makes_rows_late_and_forgets_keys()
    {
        var course = new Course(Plan(["id", "at"])).Rows(0, [1L, "a", 1, null], [20L, "a", 1, null]).Time(0, 10).Rows(0, [9L, "a", 2, null], [10L, "a", 3, null], [20L, "a", 2, null])
            .Marked(0, (15, [14L, "b", 4, null])).Barrier().End();
        var found = course.RunAll();
        Assert.Equal(["+1 1970-01-01 00:00:00.000001 | a | 1 | NULL", "+1 1970-01-01 00:00:00.00001 | a | 3 | NULL", "+1 1970-01-01 00:00:00.00002 | a | 2 | NULL"], found);
        Assert.Equal(["1970-01-01 00:00:00.000009 | a | 2 | NULL missed 9 at 10", "1970-01-01 00:00:00.000014 | b | 4 | NULL missed 14 at 15"], course.Run().Notes.Late);
    }

    [Fact]
    public void A_key_that_was_forgotten_begins_anew_beside_its_last_row()
    {
        var course = new Course(Plan(ttl: new(0, 0, 10))).Rows(0, [1L, "a", 1, null]).Barrier().Rows(0, [11L, "a", 2, null], [22L, "a", 3, null], [21L, "a", 4, null], [null, "a", 5, null]).Barrier()
            .Time(0, 40).Rows(0, [50L, "a", 6, null], [39L, "a", 7, null]).Barrier().End();
        Assert.Equal(
            ["+1 1970-01-01 00:00:00.000011 | a | 2 | NULL", "+1 1970-01-01 00:00:00.000021 | a | 4 | NULL", "+1 1970-01-01 00:00:00.00005 | a | 6 | NULL"], course.RunAll());
        Assert.Equal(1, course.Run().Notes.TimelessRows);
    }
}
