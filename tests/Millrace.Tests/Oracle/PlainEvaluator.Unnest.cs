using System.Numerics;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    List<PlainRow> Unnested(Unnest node)
    {
        var rows = new List<PlainRow>();
        foreach (var row in Evaluate(node.Input))
        {
            List<object?[]> made = [];
            try
            {
                var arguments = node.Arguments.Select(a => Interpreter.Evaluate(a, row.Values)).ToArray();
                if (!arguments.Contains(null)) made = Elements(node, arguments);
            }
            catch (RowError e)
            {
                if (BadDataOf(node) == BadData.Fail) throw new PlainFailure(e.Message);
                if (BadDataOf(node) != BadData.Null) continue;
            }
            object?[] Numbered(object?[] element, object? number) => node.HasOrdinality ? [.. row.Values, .. element, number] : [.. row.Values, .. element];
            rows.AddRange(made.Select((e, i) => row with { Values = Numbered(e, i + 1L) }));
            if (made.Count == 0 && node.IsLeft) rows.Add(row with { Values = Numbered(new object?[node.Signature.Columns.Length], null) });
        }
        return rows;
    }

    static List<object?[]> Elements(Unnest node, object?[] arguments)
    {
        switch (node.Function.Name, arguments)
        {
            case ("string_to_table", [string text, string { Length: > 0 } delimiter]):
                return text.Length == 0 ? [] : [.. text.Split(delimiter).Select(t => new object?[] { t })];
            case ("generate_series", [int or long, int or long, ..]):
                var (from, to) = (new BigInteger(Convert.ToInt64(arguments[0])), new BigInteger(Convert.ToInt64(arguments[1])));
                var step = arguments.Length > 2 ? new BigInteger(Convert.ToInt64(arguments[2])) : 1;
                if (step.IsZero) throw new RowError("a step of 0");
                var numbers = new List<object?[]>();
                for (; step.Sign > 0 ? from <= to : from >= to; from += step) numbers.Add([arguments[0] is int ? (int)from : (object)(long)from]);
                return numbers;
            default:
                return Borrowed(node, arguments);
        }
    }

    /// <summary>Of a function that is not written here: the engine's own, a row at a time. Tests of functions vouch for it.</summary>
    static List<object?[]> Borrowed(Unnest node, object?[] values)
    {
        var memory = new MemoryAccountant(batchRows: 1000);
        using var evaluator = Evaluator.CompileAsIs([.. values.Select((v, i) => (Expression)new Literal(PlainValues.ToLiteral(v), node.Arguments[i].Type))], memory);
        var arguments = new Column[values.Length];
        var batch = memory.RentBatch(Schema.Empty);
        batch.RowCount = 1;
        evaluator.Evaluate(batch, new RowErrors(1), arguments);
        batch.Release();
        var columns = node.Signature.Columns.Select(c => memory.Rent(c.Type)).ToArray();
        try
        {
            var kernel = node.Function.Compile(node.Signature, [.. node.Arguments.Select(a => a as Literal)]);
            if (kernel.Begin(arguments, 0) is { } error) throw new RowError(error);
            var made = kernel.Append(columns, 1000);
            return [.. Enumerable.Range(0, made).Select(row => columns.Select(c => PlainValues.Of(c, row)).ToArray())];
        }
        finally
        {
            foreach (var column in arguments.Concat(columns)) column.Release();
        }
    }
}
