using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Table;

/// <summary>json_each(json).</summary>
internal sealed class JsonEach() : JsonTable("json_each", "json_each(json)", "The members of a JSON object: key, and value as JSON. What is no object gives no rows, what is no JSON is an error.", isObject: true, asText: false,
    ("SELECT * FROM json_each('{\"a\": 1, \"b\": \"x\"}')", "a, 1; b, \"x\""));

/// <summary>json_each_text(json).</summary>
internal sealed class JsonEachText() : JsonTable("json_each_text", "json_each_text(json)", "As json_each, but a JSON string as its text and JSON's null as NULL.", isObject: true, asText: true,
    ("SELECT * FROM json_each_text('{\"a\": 1, \"b\": \"x\"}')", "a, 1; b, x"));

/// <summary>json_object_keys(json).</summary>
internal sealed class JsonObjectKeys() : JsonTable("json_object_keys", "json_object_keys(json)", "The keys of a JSON object, in the order of the text.", isObject: true, asText: false,
    ("SELECT * FROM json_object_keys('{\"b\": 1, \"a\": 2}')", "b; a"))
{
    protected override IReadOnlyList<TableSignature> Forms { get; } = [Form([("json_object_keys", DataType.Text)], DataType.Text)];
}
