using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Server;

/// <summary>Some rows of a stored table at one version: filtered, in an order, from an offset.</summary>
/// <remarks>In the order of the key (or its reverse) a page is read straight from the store; only other orders sort.</remarks>
sealed class RowPage
{
    readonly Served _served;
    readonly TableDefinition _table;
    readonly int[] _columns;
    readonly int _limit;
    readonly long _offset;
    readonly int _orderBy = -1; // -1 = by key
    readonly bool _isDescending;
    readonly PlanNode? _filtered;

    public RowPage(Served served, TableDefinition table, int limit, long offset, string? order, string? filter)
    {
        (_served, _table, _limit, _offset) = (served, table, limit, offset);
        _columns = RowJson.Visible(table.Schema);
        if (!string.IsNullOrEmpty(order))
        {
            _isDescending = order[0] == '-';
            var name = order.TrimStart('-');
            _orderBy = table.Schema.IndexOf(name);
            if (_orderBy < 0 || PlanBuilder.IsHidden(name))
                throw new RequestProblem(400, $"order: no column '{name}' in {table.Name}; there are {string.Join(", ", _columns.Select(i => table.Schema[i].Name))}.");
            if (!table.Key.IsEmpty && table.Key[0] == _orderBy) _orderBy = -1;
        }
        if (!string.IsNullOrWhiteSpace(filter)) _filtered = ViewFilter.Compile(filter, table, served.Language);
    }

    /// <summary>Writes the page as rest.md says.</summary>
    public void WriteJson(IBufferWriter<byte> output, CancellationToken stop)
    {
        using var snapshot = _served.Pipeline.Store.Snapshot();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteNumber("version", snapshot.Version);
        json.WriteString("name", _table.Name);
        RowJson.WriteColumns(json, _table.Schema, _columns);
        RowJson.WriteKey(json, _table.Schema, _table.Key, _columns);
        json.WriteString("watermark", RowJson.Watermark(snapshot.FrontierOf(_table.Name)));
        json.WriteStartArray("rows");
        var line = new ArrayBufferWriter<byte>();
        var total = Read(snapshot, (batch, row) =>
        {
            line.ResetWrittenCount();
            RowJson.WriteRow(batch, row, _columns, line);
            json.WriteRawValue(line.WrittenSpan, skipInputValidation: true);
        }, stop);
        json.WriteEndArray();
        json.WriteNumber("total", total);
        json.WriteEndObject();
    }

    /// <summary>Writes the page as CSV with a header; texts stand as they are.</summary>
    public void WriteCsv(IBufferWriter<byte> output, CancellationToken stop)
    {
        using var snapshot = _served.Pipeline.Store.Snapshot();
        var shown = new Schema(_columns.Select(i => _table.Schema[i]));
        var encoder = _served.Language.Formats.Find("csv")!.CreateEncoder(shown, Options.None);
        encoder.WriteHeader(output);
        _ = Read(snapshot, (batch, row) =>
        {
            var one = batch.Gather([row]);
            var visible = _served.Memory.RentBatch(shown);
            foreach (var i in _columns) visible.Add(one[i].Retain());
            visible.RowCount = 1;
            encoder.Write(visible, output);
            visible.Release();
            one.Release();
        }, stop);
    }

    /// <summary>Hands over the rows of the page and says how many rows match the filter.</summary>
    long Read(IStoreSnapshot snapshot, Action<Batch, int> take, CancellationToken stop)
    {
        var memory = _served.Memory;
        if (_filtered is null && _orderBy < 0)
        {
            Take(snapshot.Scan(_table.Name, memory, _isDescending), take, _offset, _limit, toEnd: false, stop);
            return snapshot.Count(_table.Name);
        }
        var plan = _filtered ?? new StoredScan { Schema = _table.Schema, Table = _table.Name, Key = _table.Key };
        if (_orderBy < 0 && !_isDescending) return Take(QueryRunner.Run(plan, snapshot, memory, stop), take, _offset, _limit, toEnd: true, stop);
        var total = _filtered is null ? snapshot.Count(_table.Name) : Take(QueryRunner.Run(plan, snapshot, memory, stop), take, 0, 0, toEnd: true, stop);
        var sorted = PlanBuilder.Sort(plan, Order(), _limit, _offset);
        Take(QueryRunner.Run(sorted, snapshot, memory, stop), take, 0, _limit, toEnd: false, stop);
        return total;
    }

    /// <summary>The column asked for, then the key, so that pages never overlap.</summary>
    ImmutableArray<SortKey> Order() =>
    [
        .. _orderBy < 0 ? [] : new[] { new SortKey(_orderBy, _isDescending, NullsFirst: _isDescending) },
        .. _table.Key.Where(i => i != _orderBy).Select(i => new SortKey(i, _orderBy < 0 && _isDescending, NullsFirst: _orderBy < 0 && _isDescending)),
    ];

    /// <summary>Hands over rows from an offset on and returns how many there were, of all batches or up to the last one taken.</summary>
    public static long Take(IEnumerable<Batch> batches, Action<Batch, int> take, long offset, long limit, bool toEnd, CancellationToken stop)
    {
        var seen = 0L;
        if (limit == 0 && !toEnd) return 0;
        foreach (var batch in batches)
        {
            try
            {
                stop.ThrowIfCancellationRequested();
                var first = (int)Math.Clamp(offset - seen, 0, batch.RowCount);
                var end = (int)Math.Clamp(offset + limit - seen, 0, batch.RowCount);
                for (var row = first; row < end; row++) take(batch, row);
                seen += batch.RowCount;
            }
            finally
            {
                batch.Release();
            }
            if (!toEnd && seen >= offset + limit) break;
        }
        return seen;
    }
}
