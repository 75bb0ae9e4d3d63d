using System.Text;
using Millrace.Formats;

namespace Millrace.Connectors;

/// <summary>The reference pages of connectors and formats, made from the very options that the binder checks.</summary>
public static class ConnectorReference
{
    /// <summary>docs/reference/connectors.md.</summary>
    public static string Connectors(ConnectorList connectors)
    {
        var page = new StringBuilder();
        page.Append("""
            # Connectors

            `CREATE SOURCE ... WITH (connector = 'file', ...)` names where rows come from, `CREATE SINK ... WITH (connector = ...)` where results go. This page is
            made from the options that `millrace check` checks; a test keeps it so. An option that a connector does not have is an error.
            `millrace run` goes on from its last checkpoint unless it starts with `--from fresh` ([how](../explanation/exactly-once.md)).

            | connector | source | sink | |
            |---|---|---|---|

            """);
        foreach (var c in connectors.All) page.Append($"| [{c.Name}](#{c.Name}) | {(c.SourceOptions is null ? "" : "yes")} | {(c.SinkOptions is null ? "" : "yes")} | {c.Summary} |\n");
        foreach (var c in connectors.All)
        {
            page.Append($"\n## {c.Name}\n\n{c.Summary}\n");
            if (c.SourceOptions is { } source) Table(page, c.NeedsFormat ? "As a source (with a [format](formats.md)):" : "As a source (without a format):", source);
            if (c.SinkOptions is { } sink) Table(page, "As a sink:", sink);
            if (s_notes.TryGetValue(c.Name, out var notes)) page.Append('\n').Append(notes).Append('\n');
        }
        return page.ToString();
    }

    /// <summary>docs/reference/formats.md.</summary>
    public static string Formats(FormatList formats)
    {
        var page = new StringBuilder();
        page.Append("""
            # Formats

            `format = '...'` says how the bytes of a source are cut into records and fields, and how a sink writes rows. This page is made from the options that
            `millrace check` checks; a test keeps it so. `millrace check --infer FILE` proposes a source for a file.

            """);
        foreach (var f in formats.All)
        {
            page.Append($"\n## {f.Name}\n\n{f.Summary}\n");
            Table(page, "", f.Options);
        }
        return page.ToString();
    }

    static void Table(StringBuilder page, string title, IReadOnlyList<OptionSpec> options)
    {
        page.Append('\n');
        if (title.Length > 0) page.Append(title).Append("\n\n");
        page.Append("| option | kind | default | |\n|---|---|---|---|\n");
        foreach (var o in options)
        {
            // In a table cell a bar must be escaped, also inside code.
            var kind = o.Kind.Contains('|', StringComparison.Ordinal) ? string.Join(", ", o.Kind.Split('|').Select(static k => $"`{k}`")) : o.Kind;
            page.Append($"| `{o.Name}` | {kind} | {(o.Required ? "required" : o.Default is { } value ? $"`{value}`" : "")} | {o.Summary.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }
    }

    static readonly Dictionary<string, string> s_notes = new(StringComparer.Ordinal)
    {
        ["file"] = """
            A missing file, an unreadable folder and a glob without a match are errors before anything is read. A truncated or damaged gz file is an error that says at
            which byte; all rows before it are in the results. With `follow = 'true'` a last line without a line end waits for the rest.

            A start that goes on from a checkpoint reads on where that was. Files are known again by their first 1,024 bytes: one that is shorter now, begins otherwise or is gone before
            all of it was read is an error. Further files are read behind those that were read, wherever their names stand; with `partitions = 'files'` a file keeps its number. A followed
            log that was rotated meanwhile is looked for beside its path, under names that begin as its own does. With `speed`, event time goes on at its pace from there.

            A sink writes whole commits, each exactly once: what was written behind the last checkpoint is cut off at the next start, also what a crash left in half. A reader that must not see
            that reads after the pipeline has ended or gone on. A sink that is gone, shorter than the checkpoint says, or of other columns is an error.

            With `partition_by = 'day, hour'` a sink writes a file for each pair of values. Where the path has the names in braces, values stand in their place (`path = 'out/{day}/{hour}.csv'`);
            otherwise it is a folder with `day=2024-03-01/hour=10/rows.csv`, as Hive, Spark and DuckDB read it. Values may be any text: letters, digits, `-`, `_` and `.` stand as they are (the
            last two not first), every other byte as `%2F` and the like, NULL as `__HIVE_DEFAULT_PARTITION__`, an empty text as `__EMPTY__`, and what is longer than 120 characters is cut and
            ends in `~` and its SHA-256; so no value leads out of the folder or into the file of another. Rows keep the columns that they are divided by. A hidden file in the folder lists the
            files that were made and how long they were at each commit: a start without checkpoint takes them away, one with a checkpoint cuts them back to it.
            """,
        ["generator"] = """
            The same seed and options give the same rows, however fast they are read. Sales without `start` begin at the present, so their times differ from run to run; from a checkpoint on
            they go on with the same rows, which are made again up to there (about a second for 50 MB), at their pace.
            A day in minutes for a page that looks alive: `rate = '200', speed = '1440x', history = '14 days'`.
            """,
        ["http"] = """
            A request is answered once its rows are on the disk: in a journal under the data directory, in files with a checksum for each request. Requests that arrive
            together are synced together. A tail that was torn by a crash belongs to a request that nobody was answered; it is cut off at the next start and kept beside
            the file as `.torn`. A start that goes on from a checkpoint reads the rows behind it, so each row that was answered is counted once; a client that got no
            answer sends its rows again with the same idempotency key. Keys stay known across restarts, also when the file of their rows was dropped. The journal keeps everything
            unless `journal.retention_bytes` is set. See [rest.md](rest.md).
            """,
        ["kafka"] = """
            [How to read and write topics](../how-to/kafka.md). Each message is one record, whatever it holds, and each partition is read for itself, with a watermark of its own. A start that goes on from a checkpoint reads the very next message of each partition.

            Besides its fields, what is known of a message can be a column, `name type METADATA FROM '...'` (or `METADATA` alone where the column has that name):

            """ + string.Concat(MessageMetadata.All.Select(static m => $"- `{m.Name}` ({string.Join(" or ", m.Types)}): {m.Summary}\n")) + """

            A message that cannot be read is one dead letter, with its partition and offset, and its time where the broker keeps one. CSV messages have no header: columns are the fields in order.
            """,
        ["postgres"] = """
            The server, how it is secured and what it needs: [how to use PostgreSQL](../how-to/postgres.md). The tables `millrace_sinks` and `millrace_dead_letters` in the sink's schema say which version a
            target holds and which rows it refused; they change in the transactions of the rows, so each commit arrives once. A start without checkpoint makes a table anew that Millrace created; what it does
            with the rows of any other `existing_rows` says. A server that is away or stands still is tried again, and nothing is read meanwhile; after 5 minutes the pipeline ends and can go on later.
            """,
        ["sqlite"] = """
            A start without checkpoint makes the table anew. The table `millrace_sinks` in the same file says which version it holds, so that each commit arrives once. Under its name stands a SQL view with times as ISO 8601 texts and decimals as numbers (as texts where they have more
            than 15 digits); the rows lie behind it in a table of Millrace's own form. It comes with the command line; a program adds the assembly Millrace.Sqlite.
            """,
        ["cassandra"] = """
            How rows lie there, what happens after a crash, security and sizing: [how-to/cassandra.md](../how-to/cassandra.md). It comes with the command line; a program adds the assembly
            Millrace.Cassandra.
            """,
        ["stdin"] = """
            Input goes through a journal as for `http`. A start that goes on from a checkpoint reads what the journal has behind it, and then the new input, which begins with a
            header of its own where the format has one. A start without checkpoint reads the whole journal first if the input before did not come to its end (a crash, Ctrl-C).
            """,
    };
}
