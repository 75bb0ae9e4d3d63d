using System.Text.Json;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Table;

/// <summary>The parts of a JSON array or object, one level deep. The whole text is read before the first is given, so that a mistake at its end is an error of the row.</summary>
internal abstract class JsonTable(string name, string syntax, string summary, bool isObject, bool asText, params (string Sql, string Result)[] examples)
    : BuiltInTable(name, syntax, summary, examples)
{
    protected override IReadOnlyList<TableSignature> Forms { get; } =
        [isObject ? Form([("key", DataType.Text), ("value", DataType.Text)], DataType.Text) : Form([("value", DataType.Text)], DataType.Text)];

    public override ITableKernel Compile(TableSignature signature, IReadOnlyList<Literal?> constants) => new Kernel(isObject, asText);

    /// <param name="isObject">Whether keys are given too.</param>
    /// <param name="asText">Whether strings are given as their text.</param>
    sealed class Kernel(bool isObject, bool asText) : ITableKernel
    {
        byte[] _json = [], _text = new byte[64];
        readonly List<(int KeyStart, int KeyEnd, int Start, int End, JsonTokenType Kind)> _parts = [];
        int _next;

        public string? Begin(ReadOnlySpan<Column> arguments, int row)
        {
            var json = ((TextColumn)arguments[0])[row];
            _parts.Clear();
            _next = 0;
            try
            {
                Read(json);
            }
            catch (JsonException e)
            {
                _parts.Clear();
                return $"{Casts.Quote(json)} is no JSON: {e.Message}";
            }
            if (json.Length > _json.Length) _json = new byte[json.Length * 2];
            json.CopyTo(_json);
            return null;
        }

        void Read(ReadOnlySpan<byte> json)
        {
            var reader = new Utf8JsonReader(json);
            _ = reader.Read();
            var isContainer = reader.TokenType == (isObject ? JsonTokenType.StartObject : JsonTokenType.StartArray);
            if (!isContainer) reader.Skip();
            else
            {
                while (reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
                {
                    var (keyStart, keyEnd) = (0, 0);
                    if (isObject)
                    {
                        (keyStart, keyEnd) = ((int)reader.TokenStartIndex, (int)reader.TokenStartIndex + reader.ValueSpan.Length + 2);
                        _ = reader.Read();
                    }
                    var (start, kind) = ((int)reader.TokenStartIndex, reader.TokenType);
                    reader.Skip();
                    _parts.Add((keyStart, keyEnd, start, (int)reader.BytesConsumed, kind));
                }
            }
            _ = reader.Read(); // anything behind it is an error
        }

        public int Append(ReadOnlySpan<Column> columns, int count)
        {
            var appended = 0;
            for (; appended < count && _next < _parts.Count; appended++, _next++)
            {
                var part = _parts[_next];
                var at = 0;
                if (isObject) AppendString((TextColumn)columns[at++], _json.AsSpan(part.KeyStart, part.KeyEnd - part.KeyStart));
                if (at == columns.Length) continue;
                var value = _json.AsSpan(part.Start, part.End - part.Start);
                if (asText && part.Kind == JsonTokenType.Null) columns[at].AppendNull();
                else if (asText && part.Kind == JsonTokenType.String) AppendString((TextColumn)columns[at], value);
                else ((TextColumn)columns[at]).Append(value);
            }
            return appended;
        }

        /// <summary>Appends a JSON string, quotes and escapes resolved.</summary>
        void AppendString(TextColumn to, ReadOnlySpan<byte> quoted)
        {
            var reader = new Utf8JsonReader(quoted);
            _ = reader.Read();
            if (!reader.ValueIsEscaped)
            {
                to.Append(reader.ValueSpan);
                return;
            }
            if (_text.Length < quoted.Length) _text = new byte[quoted.Length * 2];
            to.Append(_text.AsSpan(0, reader.CopyString(_text)));
        }
    }
}
