using Npgsql;

namespace Millrace.Postgres;

/// <summary>Short forms of what is said to a server. Names are quoted, values are parameters.</summary>
static class Statements
{
    /// <summary>A name as SQL quotes it.</summary>
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A table's name with its schema.</summary>
    public static string Quote(string schema, string table) => Quote(schema) + "." + Quote(table);

    extension(NpgsqlConnection connection)
    {
        /// <summary>Runs a statement and gives the number of rows that it changed.</summary>
        public int Run(string sql, params ReadOnlySpan<object?> parameters)
        {
            using var command = connection.Command(sql, parameters);
            return command.ExecuteNonQuery();
        }

        /// <summary>The first value of the first row, or the fallback where there is none or it is NULL.</summary>
        public T Value<T>(string sql, T fallback, params ReadOnlySpan<object?> parameters)
        {
            using var command = connection.Command(sql, parameters);
            return command.ExecuteScalar() is T value ? value : fallback;
        }

        /// <summary>All rows, each as one value made of its reader.</summary>
        public List<T> Rows<T>(string sql, Func<NpgsqlDataReader, T> read, params ReadOnlySpan<object?> parameters)
        {
            using var command = connection.Command(sql, parameters);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(read(reader));
            return rows;
        }

        NpgsqlCommand Command(string sql, ReadOnlySpan<object?> parameters)
        {
            var command = new NpgsqlCommand(sql, connection);
            foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
            return command;
        }
    }
}
