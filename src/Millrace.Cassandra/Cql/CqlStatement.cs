namespace Millrace.Cassandra.Cql;

/// <summary>A prepared statement. Its id is a digest of its text, so every node gives it the same one; a node that does not know it is told the text.</summary>
/// <param name="Cql">The text.</param>
/// <param name="Id">The id.</param>
/// <param name="ResultId">From protocol 5 on the id of its result's columns; empty before.</param>
/// <param name="Markers">Its markers.</param>
/// <param name="Result">The columns of its rows; none where it gives no rows.</param>
sealed record CqlStatement(string Cql, byte[] Id, byte[] ResultId, CqlMetadata Markers, CqlMetadata Result)
{
    /// <summary>Reads the answer to PREPARE behind the word that says that it is one.</summary>
    public static CqlStatement Read(ref CqlReader reader, byte version, string cql)
    {
        var id = reader.ShortBytes().ToArray();
        byte[] resultId = version >= 5 ? reader.ShortBytes().ToArray() : [];
        return new(cql, id, resultId, CqlMetadata.ReadMarkers(ref reader, version), CqlMetadata.Read(ref reader));
    }
}
