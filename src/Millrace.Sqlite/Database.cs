using Millrace.Connectors;
using SQLitePCL;

namespace Millrace.Sqlite;

/// <summary>A connection to a SQLite file. One thread at a time; every failure is a <see cref="ConnectorException"/> that says what to do.</summary>
sealed class Database : IDisposable
{
    readonly sqlite3 _handle;

    static Database() => Batteries_V2.Init();

    Database(string path, sqlite3 handle) => (Path, _handle) = (path, handle);

    public string Path { get; }

    /// <summary>Opens a file; a writer creates it.</summary>
    public static Database Open(string path, bool isReader)
    {
        var flags = isReader ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE;
        var result = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new Database(path, handle);
        try
        {
            database.Check(result);
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, 5000);
        }
        catch
        {
            database.Dispose();
            throw;
        }
        return database;
    }

    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        return new(this, statement);
    }

    /// <summary>Runs a statement without results, or one whose results do not matter.</summary>
    public void Run(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>The first value of a statement's first row, or a fallback where there is none.</summary>
    public long Number(string sql, long fallback = 0)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Long(0) : fallback;
    }

    /// <summary>The first value of a statement's first row as text, or null where there is none.</summary>
    public string? Words(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Whether a transaction is open.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public void Check(int result)
    {
        if (result is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE) return;
        throw Failure(result);
    }

    ConnectorException Failure(int result)
    {
        var said = raw.sqlite3_errmsg(_handle).utf8_to_string();
        return (result & 0xFF) switch
        {
            raw.SQLITE_FULL => new(Fault.External, $"No room left for '{Path}': the disk or its quota is full. Free some space and start again; what was committed is safe."),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new(Fault.External,
                $"'{Path}' is damaged or no Millrace database ({said}). Restore it from a copy, or move it away to start anew."),
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => new(Fault.User, $"'{Path}' cannot be written to ({said}). Allow it, or choose another folder with --data."),
            raw.SQLITE_CANTOPEN => new(Fault.User, $"'{Path}' cannot be opened ({said}). Does it exist, and may this user read and write there?"),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(Fault.External, $"'{Path}' is locked by another program ({said}). Close it and try again."),
            raw.SQLITE_IOERR => new(Fault.External, $"Reading or writing '{Path}' failed ({said})."),
            _ => new(Fault.External, $"SQLite failed on '{Path}' with code {result}: {said}."),
        };
    }

    public void Dispose() => _handle.manual_close_v2();

    /// <summary>An identifier as SQLite quotes it.</summary>
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}

/// <summary>A prepared statement: bind from 1, step, read from 0, reset.</summary>
sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    public void Bind(int index, long value) => database.Check(raw.sqlite3_bind_int64(handle, index, value));
    public void Bind(int index, double value) => database.Check(raw.sqlite3_bind_double(handle, index, value));
    public void BindText(int index, ReadOnlySpan<byte> value) => database.Check(raw.sqlite3_bind_text(handle, index, value));
    public void BindText(int index, string value) => database.Check(raw.sqlite3_bind_text(handle, index, value));
    public void BindBlob(int index, ReadOnlySpan<byte> value) =>
        database.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
    public void BindNull(int index) => database.Check(raw.sqlite3_bind_null(handle, index));

    /// <summary>Goes to the next row; false where there is none.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(handle);
        if (result == raw.SQLITE_ROW) return true;
        if (result != raw.SQLITE_DONE) database.Check(result);
        return false;
    }

    /// <summary>Runs a statement without results and makes it ready for the next values.</summary>
    public void Run()
    {
        var result = raw.sqlite3_step(handle);
        raw.sqlite3_reset(handle);
        if (result != raw.SQLITE_DONE) database.Check(result);
    }

    public void Reset() => raw.sqlite3_reset(handle);
    public int KindOf(int column) => raw.sqlite3_column_type(handle, column);
    public bool IsNull(int column) => KindOf(column) == raw.SQLITE_NULL;
    public long Long(int column) => raw.sqlite3_column_int64(handle, column);
    public double Double(int column) => raw.sqlite3_column_double(handle, column);
    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    /// <summary>The bytes of a text or blob, valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public void Dispose() => handle.manual_close();
}
