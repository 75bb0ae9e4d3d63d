using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Postgres;

namespace Millrace.Bench.Benchmarks;

/// <summary>Rows that are added to and replaced in a table of PostgreSQL: the sink beside psql's COPY of the same rows and pgbench's INSERT ... ON CONFLICT, on one server that waits for the disk.</summary>
sealed class PostgresSpeed : Benchmark
{
    const int Added = 500_000, Upserts = 100_000, Keys = 200_000, Commit = 20_000, Transactions = 20_000;
    const string User = "millrace", Password = "mill race";

    static readonly Schema s_schema = new(new Field("id", DataType.BigInt), new Field("k", DataType.Text), new Field("amount", DataType.Decimal(12, 2)), new Field("at", DataType.Timestamp));

    /// <inheritdoc/>
    public override string Name => "postgres";

    /// <inheritdoc/>
    public override string Summary => "Rows/s into a table of PostgreSQL, added and by key; the peers are psql's COPY and pgbench's INSERT ... ON CONFLICT.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        var script = Path.Combine(workshop.Root, "tests", "servers", "postgres");
        var folder = Directory.CreateTempSubdirectory("millrace-bench-postgres-").FullName;
        Workshop.Execute(script, "install");
        try
        {
            var port = Workshop.Output(script, "start", folder, "max_wal_size=4GB").Trim();
            return Measure(workshop, folder, port);
        }
        finally
        {
            Workshop.Execute(script, "stop", folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    IReadOnlyList<string> Measure(Workshop workshop, string folder, string port)
    {
        Environment.SetEnvironmentVariable("PGPASSWORD", Password);
        var memory = new MemoryAccountant();
        var random = new Random(1);
        var added = Rows(memory, Added, i => i);
        var replaced = Rows(memory, Upserts, _ => random.Next(Keys));
        var csv = Path.Combine(folder, "rows.csv");
        File.WriteAllLines(csv, Enumerable.Range(0, Added).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},key {i % 5000},{i % 100_000 / 100m:F2},{DateTime.UnixEpoch.AddMilliseconds(i):O}")));
        var pgbench = Path.Combine(folder, "upsert.sql");
        File.WriteAllText(pgbench, $"\\set id random(0, {Keys - 1})\nINSERT INTO public.peer VALUES (:id, 'key ' || :id % 5000, 1.25, now()) ON CONFLICT (id) DO UPDATE SET k = excluded.k, amount = excluded.amount, at = excluded.at;\n");
        var sides = new (string Name, int Rows, Func<double> Lap)[]
        {
            ("sink, rows added", Added, () => Sink(port, added, "added", "append")),
            ("psql COPY of a CSV file", Added, () => Copy(port, csv)),
            ("sink, rows by key", Upserts, () => Sink(port, replaced, "keyed", "upsert")),
            ("pgbench, 1 client, a row a transaction", Transactions / 8, () => PgBench(port, pgbench, 1)),
            ("pgbench, 8 clients, a row a transaction", Transactions, () => PgBench(port, pgbench, 8)),
        };
        Psql(port, "CREATE TABLE public.peer (id bigint PRIMARY KEY, k text, amount numeric(12,2), at timestamptz)");
        var rates = sides.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < Math.Min(workshop.Rounds, 3); round++)
            for (var i = 0; i < sides.Length; i++)
            {
                var rate = sides[i].Rows / sides[i].Lap();
                if (round >= 0) rates[i].Add(rate);
            }
        foreach (var batch in added.Concat(replaced)) batch.Release();
        var medians = rates.Select(r => r.Order().ElementAt(r.Count / 2)).ToArray();
        var table = new StringBuilder("| side | rows/s | least | most |\n|---|--:|--:|--:|\n");
        for (var i = 0; i < sides.Length; i++) table.AppendLine(CultureInfo.InvariantCulture, $"| {sides[i].Name} | {medians[i]:#,0} | {rates[i].Min():#,0} | {rates[i].Max():#,0} |");
        Report.Publish(workshop, this, table.ToString(), $"The sink writes commits of {Commit:N0} rows, each one transaction with the version in it; keys are drawn among {Keys:N0}. The server waits for the disk at each commit (fsync on).");
        return [Report.Result("postgres.added", medians[0], medians[1], "rows/s"), Report.Result("postgres.by-key", medians[2], Math.Max(medians[3], medians[4]), "rows/s")];
    }

    static List<Batch> Rows(MemoryAccountant memory, int count, Func<int, long> id)
    {
        var batches = new List<Batch>();
        for (var i = 0; i < count; i++)
        {
            if (batches.Count == 0 || batches[^1].RowCount == memory.BatchRows)
            {
                batches.Add(memory.RentBatch(s_schema));
                foreach (var field in s_schema.Fields) batches[^1].Add(memory.Rent(field.Type));
            }
            var batch = batches[^1];
            ((Column<long>)batch[0]).Append(id(i));
            ((TextColumn)batch[1]).Append(Encoding.UTF8.GetBytes("key " + i % 5000));
            ((Column<long>)batch[2]).Append(i % 100_000);
            ((Column<long>)batch[3]).Append(i * 1000L);
            batch.RowCount++;
        }
        return batches;
    }

    static double Sink(string port, List<Batch> batches, string table, string mode)
    {
        var options = new Options(new Dictionary<string, string> { ["url"] = $"postgres://{User}@127.0.0.1:{port}/millrace", ["password"] = Password, ["table"] = table, ["mode"] = mode });
        using var sink = new PostgresConnector().CreateSink(new SinkContext(table, options, ".", ".") { Pipeline = "bench" });
        sink.Open(s_schema, mode == "upsert" ? [0] : [], null);
        var start = Stopwatch.GetTimestamp();
        var version = 0L;
        var commit = new List<Batch>();
        foreach (var batch in batches)
        {
            commit.Add(batch);
            if (commit.Sum(static b => b.RowCount) < Commit && !ReferenceEquals(batch, batches[^1])) continue;
            sink.Write(commit, ++version);
            commit.Clear();
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static double Copy(string port, string csv)
    {
        Psql(port, "DROP TABLE IF EXISTS public.copied; CREATE TABLE public.copied (id bigint, k text, amount numeric(12,2), at timestamptz)");
        var start = Stopwatch.GetTimestamp();
        Psql(port, $"\\copy public.copied FROM '{csv}' (FORMAT csv)");
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static double PgBench(string port, string script, int clients)
    {
        var each = Transactions / 8;
        var said = Workshop.Output(Program("pgbench"), "-n", "-M", "prepared", "-c", clients.ToString(CultureInfo.InvariantCulture), "-j", "1", "-t", each.ToString(CultureInfo.InvariantCulture), "-f", script,
            "-h", "127.0.0.1", "-p", port, "-U", User, "millrace");
        var tps = said.Split('\n').First(static l => l.StartsWith("tps = ", StringComparison.Ordinal)).Split(' ')[2];
        return clients * each / double.Parse(tps, CultureInfo.InvariantCulture);
    }

    static void Psql(string port, string command) => Workshop.Execute(Program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", port, "-U", User, "-d", "millrace", "-c", command);

    /// <summary>A program of the newest PostgreSQL here.</summary>
    static string Program(string name) =>
        Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin", name)).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault(name) : name;
}
