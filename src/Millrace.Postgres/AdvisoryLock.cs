using System.Diagnostics;
using Millrace.Connectors;
using Npgsql;

namespace Millrace.Postgres;

/// <summary>Sees to it that one process at a time writes somewhere: the server holds the lock as long as the connection lives.</summary>
static class AdvisoryLock
{
    /// <summary>A connection whose process was killed may be seen to be gone only after a while.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20), s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the lock of a name; waits a while where another has it.</summary>
    /// <exception cref="ConnectorException">Another keeps it; the message names it.</exception>
    public static void Take(NpgsqlConnection connection, string name, string what, Fault fault)
    {
        var began = Stopwatch.GetTimestamp();
        while (!connection.Value("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", false, name))
        {
            if (Stopwatch.GetElapsedTime(began) < s_patience)
            {
                Thread.Sleep(s_look);
                continue;
            }
            var owner = connection.Rows("""
                SELECT a.pid, coalesce(a.client_addr::text, 'this machine'), a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended($1, 0) AND l.objsubid = 1
                """, static r => $"'{r.GetString(2)}' from {r.GetString(1)} (server process {r.GetInt32(0)})", name);
            throw new ConnectorException(fault, $"{what} is written by another process: {(owner.Count > 0 ? owner[0] : "its connection")}. Stop that one first.");
        }
    }
}
