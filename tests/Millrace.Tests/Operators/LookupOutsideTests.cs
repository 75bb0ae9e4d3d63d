using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Operators;

/// <summary>Rows looked up in a table outside, with answers that come when the test lets them.</summary>
public sealed class LookupOutsideTests
{
    static async Task<(List<string> Rows, int Asked)> RunAsync(Table table, int lanes, string ttl = "1 hour", string batch = "16")
    {
        var compiled = SqlCompiler.Compile($"""
            CREATE SOURCE sales (id INTEGER, k TEXT) WITH (connector = 'memory');
            CREATE SOURCE names (k TEXT, name TEXT) WITH (connector = 'outside', lookup.ttl = '{ttl}');
            CREATE MATERIALIZED VIEW named AS SELECT s.id, n.name FROM sales s LEFT JOIN names FOR SYSTEM_TIME AS OF PROCTIME() AS n ON s.k = n.k AND n.name <> 'hidden';
            SET batch_rows = {batch};
            """, new CompileOptions { Connectors = new ConnectorList().Add(table) });
        Assert.True(compiled.Pipeline is not null, string.Join('\n', compiled.Diagnostics));
        var connectors = new ConnectorList().Add(table);
        var sales = new Millrace.Connectors.Programs.MemorySource(new Schema(new Field("id", DataType.Integer), new Field("k", DataType.Text)));
        for (var i = 0; i < 500; i++) sales.Push(i, i % 11 == 0 ? null : "k" + i * 7 % 60);
        sales.Complete();
        connectors.Memory.Add("sales", sales);
        using var store = new MemoryStore();
        await using (var running = (RunningPipeline)await PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions { Store = store, Connectors = connectors, Formats = new FormatList(), DataDirectory = ".", BaseDirectory = ".", Lanes = lanes }))
        {
            await running.Completion.WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(0, running.Memory.Alive);
        }
        using var snapshot = store.Snapshot();
        return (snapshot.Texts("named", new MemoryAccountant()), table.Asked);
    }

    static IEnumerable<string> Expected() =>
        Enumerable.Range(0, 500).Select(i => (i, Key: i % 11 == 0 ? -1 : i * 7 % 60)).SelectMany(r => Enumerable.Repeat($"{r.i}|{(r.Key is < 0 or >= 50 or 3 ? "NULL" : "name " + r.Key)}", r.Key == 5 ? 2 : 1));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Each_row_finds_the_rows_of_its_key_and_each_key_is_asked_for_once(int lanes)
    {
        var (rows, asked) = await RunAsync(new Table(), lanes);
        Assert.Equal(Expected().Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        Assert.Equal(60, asked);
    }

    [Fact]
    public async Task What_the_outside_world_refuses_is_asked_again()
    {
        var (rows, _) = await RunAsync(new Table { Failures = 3 }, 1);
        Assert.Equal(Expected().Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_the_user_did_wrong_ends_the_pipeline()
    {
        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(new Table { IsWrong = true }, 1));
        Assert.Equal("no such table", error.Message);
    }

    [Theory]
    [InlineData("CREATE MATERIALIZED VIEW v AS SELECT s.id FROM sales s JOIN names FOR SYSTEM_TIME AS OF PROCTIME() AS n ON n.name > s.k;", "is asked for rows by key")]
    [InlineData("CREATE SOURCE more (k TEXT, u AS k || 'x') WITH (connector = 'outside');", "is looked up in: it has columns alone")]
    public void What_cannot_be_asked_is_told(string statement, string fault)
    {
        var compiled = SqlCompiler.Compile($"CREATE SOURCE sales (id INTEGER, k TEXT) WITH (connector = 'memory'); CREATE SOURCE names (k TEXT, name TEXT) WITH (connector = 'outside');\n{statement}",
            new CompileOptions { Connectors = new ConnectorList().Add(new Table()) });
        Assert.Contains(compiled.Diagnostics, d => d.Message.Contains(fault, StringComparison.Ordinal));
    }

    /// <summary>k0 to k49 with their names, k5 twice, k3 hidden.</summary>
    sealed class Table : Connector, ILookup
    {
        int _asked, _calls;

        public int Failures { get; init; }
        public bool IsWrong { get; init; }
        public int Asked => Volatile.Read(ref _asked);
        public override string Name => "outside";
        public override string Summary => "A table outside.";
        public override bool NeedsFormat => false;
        public override IReadOnlyList<OptionSpec> SourceOptions => LookupOptions.Specs;
        public override bool IsLookup(Options options) => true;
        public override ILookup CreateLookup(SourceContext context, IReadOnlyList<int> key)
        {
            Assert.Equal([0], key);
            return this;
        }

        public async Task<IReadOnlyList<Batch>> FindAsync(Batch keys, MemoryAccountant memory, CancellationToken stop)
        {
            await Task.Yield();
            if (IsWrong) throw new ConnectorException(Fault.User, "no such table");
            if (Interlocked.Increment(ref _calls) <= Failures) throw new ConnectorException(Fault.External, "away");
            Interlocked.Add(ref _asked, keys.RowCount);
            var found = new List<Batch>();
            for (var row = 0; row < keys.RowCount; row++)
            {
                var key = int.Parse(Encoding.UTF8.GetString(((TextColumn)keys[0])[row])[1..], null);
                for (var copy = key >= 50 ? 2 : key == 5 ? 0 : 1; copy < 2; copy++)
                {
                    if (found.Count == 0 || found[^1].RowCount == memory.BatchRows) found.Add(StoredRows.Batch(memory, new Schema(new Field("k", DataType.Text), new Field("name", DataType.Text))));
                    ((TextColumn)found[^1][0]).Append(((TextColumn)keys[0])[row]);
                    ((TextColumn)found[^1][1]).Append(Encoding.UTF8.GetBytes(key == 3 ? "hidden" : "name " + key));
                    found[^1].RowCount++;
                }
            }
            return found;
        }

        public void Dispose()
        {
        }
    }
}
