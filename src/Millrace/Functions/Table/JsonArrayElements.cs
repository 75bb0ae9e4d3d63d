using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Table;

/// <summary>json_array_elements(json).</summary>
internal sealed class JsonArrayElements() : JsonTable("json_array_elements", "json_array_elements(json)", "The elements of a JSON array, as JSON. What is no array gives no rows, what is no JSON is an error.", isObject: false, asText: false,
    ("SELECT * FROM json_array_elements('[1, \"x\", {\"a\": 2}]')", "1; \"x\"; {\"a\": 2}"));

/// <summary>json_array_elements_text(json).</summary>
internal sealed class JsonArrayElementsText() : JsonTable("json_array_elements_text", "json_array_elements_text(json)",
    "As json_array_elements, but a JSON string as its text and JSON's null as NULL.", isObject: false, asText: true,
    ("SELECT * FROM json_array_elements_text('[1, \"x\", null]')", "1; x; NULL"));
