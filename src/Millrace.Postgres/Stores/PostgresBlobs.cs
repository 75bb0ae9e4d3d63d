using Millrace.Connectors;
using Millrace.Stores;

namespace Millrace.Postgres.Stores;

/// <summary>Blobs as rows of a table, in pieces of 1 MiB, each blob written in one transaction.</summary>
/// <remarks>One that is read is first brought into a temporary file, for state may be more than memory can hold.</remarks>
sealed class PostgresBlobs(PostgresServer server, StoreLedger ledger, Retries retries) : IBlobStore
{
    const int PieceBytes = 1 << 20, InMemoryMax = 4 << 20;

    public void Write(string name, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        // The pieces can be asked for once; a try after a failure needs them again.
        using var all = new MemoryStream();
        foreach (var piece in pieces) all.Write(piece.Span);
        var bytes = all.GetBuffer().AsMemory(0, (int)all.Length);
        retries.Run(() =>
        {
            using var connection = server.Open();
            using var transaction = connection.BeginTransaction();
            connection.Run($"DELETE FROM {ledger.Blobs} WHERE name = $1", name);
            for (int start = 0, number = 0; start < bytes.Length || number == 0; start += PieceBytes, number++)
                connection.Run($"INSERT INTO {ledger.Blobs} VALUES ($1, $2, $3)", name, number, bytes.Slice(start, Math.Min(PieceBytes, bytes.Length - start)).ToArray());
            transaction.Commit();
            return true;
        });
    }

    public Blob? Open(string name) => retries.Run<Blob?>(() =>
    {
        using var connection = server.Open();
        var count = connection.Value($"SELECT count(*) FROM {ledger.Blobs} WHERE name = $1", 0L, name);
        if (count == 0) return null;
        byte[] Piece(long number) => connection.Rows($"SELECT bytes FROM {ledger.Blobs} WHERE name = $1 AND piece = $2", static r => r.GetFieldValue<byte[]>(0), name, (int)number)[0];
        if (count * PieceBytes <= InMemoryMax)
        {
            using var all = new MemoryStream();
            for (var i = 0L; i < count; i++) all.Write(Piece(i));
            return new MemoryBlob(all.ToArray());
        }
        var file = new TemporaryBlob();
        for (var i = 0L; i < count; i++) file.Add(Piece(i));
        return file.Open();
    });

    public void Delete(string name)
    {
        try
        {
            using var connection = server.Open();
            connection.Run($"DELETE FROM {ledger.Blobs} WHERE name = $1", name);
        }
        catch (Exception e) when (e is ConnectorException || PostgresServer.IsOfServer(e))
        {
            // It only takes room; the next start tries again.
        }
    }

    public IReadOnlyList<string> List() => retries.Run<IReadOnlyList<string>>(() =>
    {
        using var connection = server.Open();
        return ledger.Exists(connection) ? [.. connection.Rows($"SELECT DISTINCT name FROM {ledger.Blobs}", static r => r.GetString(0)).Order(StringComparer.Ordinal)] : [];
    });
}
