using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Tests.Quality;

/// <summary>A view above state that is read for its changes by one and for its final rows by another is computed twice; what is wrong with its rows counts once.</summary>
public sealed class RepeatedNodesTests
{
    const string Sql = """
        CREATE SOURCE s (at TIMESTAMP, id BIGINT, x INTEGER, WATERMARK FOR at AS at - INTERVAL '1 second') WITH (connector = 'memory', bad_data = 'dead_letter');
        CREATE VIEW once AS SELECT DISTINCT ON (id) at, id, x FROM s;
        CREATE VIEW good (CONSTRAINT positive EXPECT (x > 0) ON VIOLATION DROP ROW, CONSTRAINT small EXPECT (x < 100) ON VIOLATION QUARANTINE) AS SELECT at, id, x, 10 / (x - 5) AS share FROM once;
        CREATE MATERIALIZED VIEW changes AS SELECT window_start, SUM(x) AS total, SUM(share) AS shares FROM TUMBLE(good, at, INTERVAL '1 minute') GROUP BY window_start;
        CREATE MATERIALIZED VIEW final AS SELECT window_start, COUNT(*) AS n, MAX(share) AS most FROM TUMBLE(good, at, INTERVAL '1 minute') WHERE x > 1 GROUP BY window_start EMIT FINAL;
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_is_wrong_with_a_row_counts_once(int lanes)
    {
        var memory = new MemoryAccountant();
        using (var source = new MemorySource(new Schema(new Field("at", DataType.Timestamp), new Field("id", DataType.BigInt), new Field("x", DataType.Integer)), keeps: true, memory))
        {
            int[] values = [1, 2, 0, -3, 5, 7, 500, 9, 100, 5];
            for (var i = 0; i < values.Length; i++) source.Push(new Timestamp(i * 1_000_000L), i, values[i]);
            source.Push(new Timestamp(9_000_000), 0, 1); // a duplicate
            source.Complete();
            var connectors = new ConnectorList();
            connectors.Memory.Add("s", source);
            var compiled = SqlCompiler.Compile(Sql, new CompileOptions { Connectors = connectors });
            Assert.True(compiled.Pipeline is not null, string.Join('\n', compiled.Diagnostics));
            using var store = new MemoryStore();
            await using var running = await PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions { Store = store, Connectors = connectors, Formats = new FormatList(), DataDirectory = Path.GetTempPath(), Lanes = lanes });
            await running.Completion;
            var counted = running.Quality[0];
            var rules = counted.Rules.ToDictionary(r => r.Name);
            Assert.Equal((8, 2, 2), (rules["positive"].Seen, rules["positive"].Violated, rules["positive"].Acted));
            Assert.Equal((8, 2, 2), (rules["small"].Seen, rules["small"].Violated, rules["small"].Acted));
            Assert.Equal((1, 2, 4), (counted.Duplicates, counted.Undecodable, counted.DeadLetters));
            using var snapshot = store.Snapshot();
            Assert.Equal(4, snapshot.Count("dead_letters"));
        }
        Assert.Equal(0, memory.Alive);
    }
}
