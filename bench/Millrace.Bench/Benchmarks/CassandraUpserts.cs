using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Bench.Harness;
using Millrace.Cassandra;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Bench.Benchmarks;

/// <summary>Upserts into one node of Cassandra: our sink, the driver of Node.js and the server's own tool take turns.</summary>
sealed partial class CassandraUpserts : Benchmark
{
    const string ServerVariable = "MILLRACE_BENCH_CASSANDRA", RowsVariable = "MILLRACE_BENCH_ROWS";
    const int DefaultRows = 100_000;

    /// <inheritdoc/>
    public override string Name => "cassandra";

    /// <inheritdoc/>
    public override string Summary =>
        "Upserts of 7 columns into one node of Cassandra 2.1.0 (heap 1 GB) on the same cores, consistency ONE, each row a partition; beside the driver of Node.js (prepared, 512 under way) and " +
        "cassandra-stress (64 threads, 5 columns of 34 bytes). The last line: 25 rows of each partition, which our sink sends together.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Install("cassandra-driver");
        var rows = workshop.Choices.Events ?? DefaultRows;
        var folder = Directory.CreateTempSubdirectory("millrace-bench-cassandra-").FullName;
        var script = Path.Combine(workshop.Root, "tests", "servers", "cassandra");
        Environment.SetEnvironmentVariable("MILLRACE_PARENT", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        try
        {
            var server = Workshop.Output(script, "start", folder, "--heap", "1024", "--thrift").Trim();
            Environment.SetEnvironmentVariable(ServerVariable, server);
            Environment.SetEnvironmentVariable(RowsVariable, rows.ToString(CultureInfo.InvariantCulture));
            using var ours = ServedContestant.OnAllCores("Millrace", this, "rows");
            using (var table = new SinkRunner("node_driver", "product, window_start", 1)) table.Run(); // makes the table that the peer writes
            using var node = ServedContestant.Node("cassandra-driver 4.10.0 (Node.js)", workshop, "cassandra.mjs");
            using var stress = new Stress(script, server, rows);
            using var batches = ServedContestant.OnAllCores("Millrace, 25 rows of a partition together", this, "partitions");
            return Report.Contest(workshop, this, target: 1, Contest.Hold(workshop.Rounds, warmUps: 2, ours, node, stress, batches));
        }
        finally
        {
            Workshop.Execute(script, "stop", folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) =>
        side == "rows" ? new SinkRunner("millrace_rows", "product, window_start", rowsOfPartition: 1) : new SinkRunner("millrace_partitions", "product", rowsOfPartition: 25);

    /// <summary>Our sink, which is given all rows as one commit.</summary>
    sealed class SinkRunner : IRunner
    {
        static readonly Schema s_schema = new(new Field("product", DataType.Text), new Field("window_start", DataType.Timestamp), new Field("revenue", DataType.Double), new Field("quantity", DataType.BigInt),
            new Field("orders", DataType.BigInt), new Field("mean", DataType.Double), new Field("highest", DataType.Double));

        readonly MemoryAccountant _memory = new();
        readonly List<Batch> _batches = [];
        readonly ISink _sink;
        readonly long _rows = long.Parse(Environment.GetEnvironmentVariable(RowsVariable)!, CultureInfo.InvariantCulture);
        long _version;

        public SinkRunner(string table, string partitionKey, int rowsOfPartition)
        {
            var server = Environment.GetEnvironmentVariable(ServerVariable)!.Split(' ');
            var options = new Dictionary<string, string>
            {
                ["hosts"] = server[0], ["port"] = server[1], ["keyspace"] = "bench", ["replication"] = "1", ["table"] = table, ["partition_key"] = partitionKey, ["consistency"] = "ONE",
            };
            _sink = new CassandraConnector().CreateSink(new(table, new Options(options), ".", "."));
            _sink.Open(s_schema, [0, 1], null);
            for (long row = 0; row < _rows;)
            {
                var batch = _memory.RentBatch(s_schema);
                foreach (var field in s_schema.Fields) batch.Add(_memory.Rent(field.Type));
                for (; batch.RowCount < _memory.BatchRows && row < _rows; row++, batch.RowCount++) Add(batch, row, rowsOfPartition);
                _batches.Add(batch);
            }
        }

        static void Add(Batch batch, long row, int rowsOfPartition)
        {
            var product = row / rowsOfPartition % 4000;
            ((TextColumn)batch[0]).Append(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"P{product:D4}")));
            ((Column<long>)batch[1]).Append((1_767_225_600_000 + (row / rowsOfPartition / 4000 * rowsOfPartition + row % rowsOfPartition) * 60_000) * 1000);
            ((Column<double>)batch[2]).Append(row * 0.25);
            ((Column<long>)batch[3]).Append(row % 100);
            ((Column<long>)batch[4]).Append(row % 7);
            ((Column<double>)batch[5]).Append(row * 0.5);
            ((Column<double>)batch[6]).Append(row * 0.125);
        }

        public Lap Run()
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            _sink.Write(_batches, ++_version);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new() { Seconds = seconds, Rows = _rows, AllocatedPerRow = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)_rows };
        }

        public void Dispose()
        {
            foreach (var batch in _batches) batch.Release();
            _sink.Dispose();
        }
    }

    /// <summary>The server's own tool, which tells its rate itself: its start and warm-up do not count.</summary>
    sealed partial class Stress(string script, string server, long rows) : IContestant
    {
        public string Name => "cassandra-stress 2.1.0";

        public long PeakMemoryBytes => 0;

        public Lap Run()
        {
            var output = Workshop.Output(script, ["stress", .. server.Split(' '), "write", $"n={rows}", "cl=ONE", "-mode", "native", "cql3", "-rate", "threads=64"]);
            var rate = Rate().Match(output);
            if (!rate.Success) throw new BenchmarkException($"cassandra-stress told no rate:\n{output}");
            return new() { Seconds = rows / double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture), Rows = rows };
        }

        [GeneratedRegex(@"op rate\s*:\s*([\d.]+)")]
        private static partial Regex Rate();

        public void Dispose()
        {
        }
    }
}
