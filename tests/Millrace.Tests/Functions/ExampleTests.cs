using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Runtime;
using Millrace.Sql;

namespace Millrace.Tests.Functions;

/// <summary>Every example of every function gives what the reference says: as SQL and, for scalar functions, without the front end.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string, string, string> Examples =>
        [.. Millrace.Functions.Scalars.All.SelectMany(f => f.Examples.Select(e => new TheoryDataRow<string, string, string>(f.Name, e.Sql, e.Result)))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_gives_what_it_says(string name, string sql, string result)
    {
        var expression = ExampleParser.Parse(sql);
        Assert.Equal(result, Run(expression, fold: true));
        Assert.Equal(result, Run(expression, fold: false));
        Assert.NotEmpty(name);
    }

    public static TheoryData<string, string, string> Queries =>
    [
        .. Millrace.Functions.Scalars.All.SelectMany(f => f.Examples.Select(e => new TheoryDataRow<string, string, string>(f.Name, "SELECT " + e.Sql, e.Result))),
        .. Millrace.Functions.Aggregates.All.SelectMany(f => f.Examples.Select(e => new TheoryDataRow<string, string, string>(f.Name, e.Sql, e.Result))),
    ];

    [Theory]
    [MemberData(nameof(Queries))]
    public void An_example_as_a_query_gives_what_it_says(string name, string sql, string result)
    {
        var compiled = SqlCompiler.CompileQuery(sql, [], new());
        Assert.True(compiled.Plan is not null, $"{name}: {string.Join("; ", compiled.Diagnostics)}");
        var memory = new MemoryAccountant();
        var rows = new List<string>();
        foreach (var batch in QueryRunner.Run(compiled.Plan, null, memory))
        {
            for (var row = 0; row < batch.RowCount; row++) rows.Add(ValueText.Format(batch[0], row));
            batch.Release();
        }
        Assert.Equal([result], rows);
        Assert.Equal(0, memory.Alive);
    }

    /// <summary>The value for a batch of three rows, of which all must be the same.</summary>
    static string Run(Expression expression, bool fold)
    {
        var memory = new MemoryAccountant(batchRows: 8);
        var batch = memory.RentBatch(Schema.Empty);
        batch.RowCount = 3;
        var errors = new RowErrors(8);
        string text;
        using (var evaluator = fold ? Evaluator.Compile(expression, memory) : Evaluator.CompileAsIs([expression], memory))
        {
            var column = evaluator.Evaluate(batch, errors);
            Assert.Equal(expression.Type.Storage, column.Type.Storage);
            text = errors.Any ? "error: " + errors.MessageOf(0) : ValueText.Format(column, 0);
            for (var row = 1; row < 3 && !errors.Any; row++) Assert.Equal(text, ValueText.Format(column, row));
            column.Release();
        }
        batch.Release();
        Assert.Equal(0, memory.Alive);
        return text;
    }

    [Fact]
    public void Every_function_has_names_of_its_own_a_summary_a_category_and_examples()
    {
        var names = new HashSet<string>();
        foreach (var function in Millrace.Functions.Scalars.All)
        {
            foreach (var name in function.Aliases.Prepend(function.Name)) Assert.True(names.Add(name), $"{name} is there twice");
            Assert.EndsWith(".", function.Summary);
            Assert.NotEmpty(function.Category);
            Assert.NotEmpty(function.Syntax);
            Assert.NotEmpty(function.Examples);
            Assert.True(function.IsDeterministic);
        }
    }
}
