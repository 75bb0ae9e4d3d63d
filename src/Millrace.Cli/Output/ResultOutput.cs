using System.Buffers;
using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Sql;
using Values = Millrace.Formats.Values;

namespace Millrace.Cli.Output;

/// <summary>How rows of a query are written.</summary>
enum ResultForm
{
    /// <summary>Aligned columns under a header.</summary>
    Table,
    /// <summary>RFC 4180 with a header.</summary>
    Csv,
    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>Rows on standard output.</summary>
static class ResultOutput
{
    /// <summary>Writes and releases batches; at most <paramref name="limit"/> rows.</summary>
    /// <returns>Whether there were more.</returns>
    public static bool Write(Schema schema, IEnumerable<Batch> batches, ResultForm form, long limit, Stream output)
    {
        var visible = new VisibleRows(schema);
        var rows = batches.Select(b =>
        {
            var shown = visible.Of(b);
            b.Release();
            return shown;
        });
        return form == ResultForm.Table ? WriteTable(visible.Schema, rows, limit, output) : WriteEncoded(visible.Schema, rows, new FormatList().Find(form == ResultForm.Csv ? "csv" : "json")!, limit, output);
    }

    static bool WriteEncoded(Schema schema, IEnumerable<Batch> batches, Format format, long limit, Stream output)
    {
        var encoder = format.CreateEncoder(schema, Connectors.Options.None);
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        encoder.WriteHeader(buffer);
        var left = limit;
        var isMore = false;
        foreach (var batch in batches)
        {
            if (batch.RowCount <= left)
            {
                encoder.Write(batch, buffer);
                left -= batch.RowCount;
            }
            else
            {
                var part = batch.Gather([.. Enumerable.Range(0, (int)left)]);
                encoder.Write(part, buffer);
                part.Release();
                left = 0;
                isMore = true;
            }
            batch.Release();
            output.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
            if (isMore) break;
        }
        output.Write(buffer.WrittenSpan);
        output.Flush();
        return isMore;
    }

    static bool WriteTable(Schema schema, IEnumerable<Batch> batches, long limit, Stream output)
    {
        var rows = new List<string[]>();
        var isMore = false;
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var batch in batches)
        {
            for (var row = 0; row < batch.RowCount && !isMore; row++)
            {
                if (rows.Count == limit) isMore = true;
                else rows.Add(Texts(batch, row, buffer));
            }
            batch.Release();
            if (isMore) break;
        }
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
        TextTable.Write(writer, [.. schema.Fields.Select(f => f.Name)], [.. schema.Fields.Select(f => f.Type.IsNumeric)], rows);
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"({rows.Count:N0} {(rows.Count == 1 ? "row" : "rows")}{(isMore ? "; there are more: --limit shows them" : "")})"));
        return isMore;
    }

    static string[] Texts(Batch batch, int row, ArrayBufferWriter<byte> buffer)
    {
        var texts = new string[batch.Columns.Count];
        for (var column = 0; column < texts.Length; column++)
        {
            buffer.ResetWrittenCount();
            Values.FormatValue(batch[column], row, buffer);
            texts[column] = batch[column].IsNull(row) ? "NULL" : TextTable.OneLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        }
        return texts;
    }
}
