using Millrace.Data;
using Millrace.Postgres.Copies;
using Npgsql;

namespace Millrace.Postgres.Sinks;

/// <summary>The rows of one commit, numbered in their order from 0 on.</summary>
sealed class CommitRows(SinkTable table, IReadOnlyList<Batch> batches)
{
    readonly HashSet<long> _left = [];

    public long Count { get; } = batches.Sum(static b => (long)b.RowCount);

    public bool HasDeletes { get; private set; }
    public bool HasNullKeyDeletes { get; private set; }
    public bool HasInserts { get; private set; }

    /// <summary>Finds the rows that PostgreSQL cannot hold; they are not written.</summary>
    public IReadOnlyList<(long Number, int Column, string Problem)> LeaveOutUnfit()
    {
        var found = new List<(long, int, string)>();
        var first = 0L;
        foreach (var batch in batches)
        {
            foreach (var index in table.Columns)
            {
                if (batch[index] is not (TextColumn or Column<long> { Type.Kind: TypeKind.Timestamp })) continue;
                for (var row = 0; row < batch.RowCount; row++)
                    if (CopyWriter.Unfit(batch[index], row) is { } problem && _left.Add(first + row) && !IsDelete(batch, row)) found.Add((first + row, index, problem));
            }
            first += batch.RowCount;
        }
        return found;
    }

    static bool IsDelete(Batch batch, int row) => batch.Weights is { } weights && weights[row] < 0;

    /// <summary>Writes them by COPY: into the staging table with number and weight, or those that are added straight into the table.</summary>
    public void Copy(NpgsqlConnection connection, bool isStaged, TimeSpan timeout)
    {
        var stream = connection.BeginRawBinaryCopy(isStaged ? table.CopyToStaging : table.CopyToTable);
        stream.WriteTimeout = stream.ReadTimeout = (int)timeout.TotalMilliseconds;
        using var writer = new CopyWriter(stream);
        writer.Begin();
        var number = -1L;
        foreach (var batch in batches)
            for (var row = 0; row < batch.RowCount; row++)
            {
                number++;
                var isDelete = IsDelete(batch, row);
                // A row that is only added cannot be taken back.
                if (_left.Count > 0 && _left.Contains(number) || isDelete && table.Key.Length == 0) continue;
                if (!isDelete) HasInserts = true;
                else if (HasNullKey(batch, row)) HasNullKeyDeletes = true;
                else HasDeletes = true;
                writer.BeginRow(table.Columns.Length + (isStaged ? 2 : 0));
                if (isStaged)
                {
                    writer.Put(number);
                    writer.Put(isDelete ? -1 : 1);
                }
                foreach (var index in table.Columns) writer.Put(batch[index], row);
            }
        writer.End();
    }

    bool HasNullKey(Batch batch, int row)
    {
        foreach (var place in table.Key)
            if (batch[table.Columns[place]].IsNull(row)) return true;
        return false;
    }

    /// <summary>A batch of one row, which the caller releases.</summary>
    public Batch RowAt(long number)
    {
        foreach (var batch in batches)
        {
            if (number < batch.RowCount) return batch.Gather([(int)number]);
            number -= batch.RowCount;
        }
        throw new ArgumentOutOfRangeException(nameof(number));
    }
}
