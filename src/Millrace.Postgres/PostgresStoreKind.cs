using Millrace.Connectors;
using Millrace.Postgres.Stores;
using Millrace.Stores;

namespace Millrace.Postgres;

/// <summary>Stores that are named <c>postgres://user@host:5432/database?schema=NAME</c>.</summary>
public sealed class PostgresStoreKind : IStoreKind
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["postgres", "postgresql"];

    /// <inheritdoc/>
    public IStore Create(string url, string? password) => new PostgresStore(Url(url, password));

    /// <inheritdoc/>
    public IStore OpenReader(string url, string? password)
    {
        var store = new PostgresStore(Url(url, password), isReader: true);
        try
        {
            store.Snapshot().Dispose();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Shown(string url) => PostgresUrl.Parse(url) is var parsed ? $"{parsed}, schema {parsed.Schema ?? PostgresStore.DefaultSchema}" : "";

    static PostgresUrl Url(string text, string? password)
    {
        var url = PostgresUrl.Parse(text);
        return password is null ? url : url with { Password = password };
    }
}
