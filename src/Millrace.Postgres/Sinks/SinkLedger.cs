using Millrace.Connectors;
using Npgsql;

namespace Millrace.Postgres.Sinks;

/// <summary>What the database knows of a sink: the version that it holds, how many rows were refused, and which those are. It changes in the transactions of the rows.</summary>
/// <param name="schema">Where its tables stand: beside the sink's.</param>
/// <param name="pipeline">Of which pipeline.</param>
/// <param name="sink">Name of the sink.</param>
/// <param name="target">The sink's table.</param>
sealed class SinkLedger(string schema, string pipeline, string sink, string target)
{
    readonly string _sinks = Statements.Quote(schema, "millrace_sinks");
    readonly string _letters = Statements.Quote(schema, "millrace_dead_letters");

    /// <summary>Names the lock that one writer at a time holds.</summary>
    public string LockName => $"millrace sink\n{pipeline}\n{sink}\n{schema}\n{target}";

    /// <summary>Makes the tables where they are not there.</summary>
    public void Make(NpgsqlConnection connection)
    {
        // Two that make them at once would be in each other's way.
        connection.Run("SELECT pg_advisory_xact_lock(hashtextextended('millrace sinks', 0))");
        connection.Run($"CREATE SCHEMA IF NOT EXISTS {Statements.Quote(schema)}");
        connection.Run($"CREATE TABLE IF NOT EXISTS {_sinks} (pipeline text, sink text, target text, version bigint NOT NULL, refused bigint NOT NULL, is_made boolean NOT NULL, PRIMARY KEY (pipeline, sink, target))");
        connection.Run($"CREATE TABLE IF NOT EXISTS {_letters} (pipeline text, sink text, target text, number bigint, version bigint NOT NULL, rule text NOT NULL, error text NOT NULL, row bytea NOT NULL, PRIMARY KEY (pipeline, sink, target, number))");
    }

    const string Which = "WHERE pipeline = $1 AND sink = $2 AND target = $3";

    /// <summary>What is known of the sink, or null.</summary>
    /// <param name="connection">Where to look.</param>
    /// <param name="locks">Whether nobody else may change it in this transaction.</param>
    public (long Version, long Refused, bool IsMade)? Read(NpgsqlConnection connection, bool locks = false)
    {
        var rows = connection.Rows($"SELECT version, refused, is_made FROM {_sinks} {Which}{(locks ? " FOR UPDATE" : "")}",
            static r => (r.GetInt64(0), r.GetInt64(1), r.GetBoolean(2)), pipeline, sink, target);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Begins anew.</summary>
    public void Begin(NpgsqlConnection connection, bool isMade)
    {
        connection.Run($"DELETE FROM {_letters} {Which}", pipeline, sink, target);
        connection.Run($"INSERT INTO {_sinks} VALUES ($1, $2, $3, 0, 0, $4) ON CONFLICT (pipeline, sink, target) DO UPDATE SET version = 0, refused = 0, is_made = excluded.is_made",
            pipeline, sink, target, isMade);
    }

    /// <summary>Says what the target holds now.</summary>
    public void Write(NpgsqlConnection connection, long version, long refused, IReadOnlyList<RejectedRow> letters)
    {
        connection.Run($"UPDATE {_sinks} SET version = $4, refused = $5 {Which}", pipeline, sink, target, version, refused);
        foreach (var letter in letters)
            connection.Run($"INSERT INTO {_letters} VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", pipeline, sink, target, letter.Number, version, letter.Rule, letter.Error.Replace("\0", "", StringComparison.Ordinal), letter.Row.ToArray());
    }

    /// <summary>Rows that were refused in versions after one.</summary>
    public IReadOnlyList<RejectedRow> After(NpgsqlConnection connection, long version) =>
        connection.Rows($"SELECT number, rule, error, row FROM {_letters} {Which} AND version > $4 ORDER BY number",
            static r => new RejectedRow(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetFieldValue<byte[]>(3)), pipeline, sink, target, version);
}
