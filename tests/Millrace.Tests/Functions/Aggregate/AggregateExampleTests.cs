using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Tests.Functions.Aggregate;

/// <summary>Every example of every aggregate gives what the reference says.</summary>
public sealed class AggregateExampleTests
{
    public static TheoryData<string, string> Examples => [.. Millrace.Functions.Aggregates.All.SelectMany(f => f.Examples.Select(e => new TheoryDataRow<string, string>(e.Sql, e.Result)))];

    // SELECT name([DISTINCT] x | *) FROM (VALUES (a), (b)) AS t(x)
    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_gives_what_it_says(string sql, string result)
    {
        const string middle = " FROM (VALUES (";
        var at = sql.IndexOf(middle, StringComparison.Ordinal);
        var call = sql["SELECT ".Length..at];
        var values = sql[(at + middle.Length)..^")) AS t(x)".Length].Split("), (").Select(ExampleParser.Parse).ToList();
        var function = Catalog.BuiltIn.Aggregate(call[..call.IndexOf('(')])!;
        var distinct = call.Contains("DISTINCT");
        var type = Casts.Common([.. values.Select(v => v.Type)])!.Value;
        var signature = function.Resolve(call.Contains('*') ? [] : [type], distinct)!;
        var parameter = signature.Parameters.IsEmpty ? type : signature.Parameters[0];

        var memory = new MemoryAccountant();
        var column = memory.Rent(parameter);
        foreach (var value in values) Append(column, (Literal)ConstantFolding.Fold(value.Type == parameter ? value : new Cast(value, parameter, Soft: false)));
        using (var states = function.CreateStates(signature, distinct, memory.Owner("test")))
        {
            states.EnsureGroups(1);
            states.Add(signature.Parameters.IsEmpty ? [] : [column], [], new int[values.Count], []);
            var results = memory.Rent(signature.Result);
            states.AppendResults([0], results);
            Assert.Equal(result, ValueText.Format(results, 0));
            results.Release();
        }
        column.Release();
        Assert.Equal(0, memory.Alive);
    }

    static void Append(Column column, Literal literal)
    {
        var one = Samples.Fill(column.Home, column.Type, [literal.Value]);
        column.AppendFrom(one, 0);
        one.Release();
    }
}
