using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Tests.Functions.Aggregate;

namespace Millrace.Tests.Functions;

/// <summary>What holds for every scalar function on the list: columns give what constants give, row by row, whatever stands in the other rows.</summary>
public sealed class ScalarLawTests
{
    public static TheoryData<string> Names => [.. Millrace.Functions.Scalars.All.Select(f => f.Name)];

    /// <summary>Calls with constant arguments of one signature.</summary>
    sealed record Form(ScalarFunction Function, Signature Signature, List<object?[]> Rows);

    static List<Form> FormsOf(ScalarFunction function)
    {
        var forms = new List<Form>();
        foreach (var example in function.Examples)
        {
            foreach (var call in CallsIn(ExampleParser.Parse(example.Sql)))
            {
                if (!ReferenceEquals(call.Function, function) || call.Arguments.IsEmpty || !call.Arguments.All(a => a is Literal)) continue;
                var signature = new Signature([.. call.Arguments.Select(a => a.Type)], call.Type);
                var form = forms.Find(f => f.Signature.Parameters.SequenceEqual(signature.Parameters) && f.Signature.Result == signature.Result);
                if (form is null) forms.Add(form = new(function, signature, []));
                form.Rows.Add([.. call.Arguments.Select(a => ((Literal)a).Value is string text ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)) : ((Literal)a).Value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : ((Literal)a).Value)]);
            }
        }
        return forms;
    }

    static IEnumerable<Call> CallsIn(Expression expression)
    {
        if (expression is not Call call) yield break;
        yield return call;
        foreach (var argument in call.Arguments)
            foreach (var inner in CallsIn(argument)) yield return inner;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_gives_the_same_alone_among_others_and_in_a_dictionary(string name)
    {
        var function = Catalog.BuiltIn.Scalar(name)!;
        var forms = FormsOf(function);
        foreach (var form in forms)
        {
            foreach (var nulls in new[] { 0, 0.3, 1 })
            {
                foreach (var length in new[] { 0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200 })
                {
                    var random = new Random(length);
                    object?[][] rows = [.. Enumerable.Range(0, length).Select(_ => form.Rows[random.Next(form.Rows.Count)].Select(v => random.NextDouble() < nulls ? null : v).ToArray())];
                    var alone = rows.Select(r => string.Join('|', r)).Distinct().ToDictionary(k => k, k => Run(form, [rows.First(r => string.Join('|', r) == k)], dictionary: false)[0]);
                    foreach (var dictionary in new[] { false, true })
                    {
                        var actual = Run(form, rows, dictionary);
                        for (var i = 0; i < length; i++)
                            Assert.True(alone[string.Join('|', rows[i])] == actual[i], $"{name}({string.Join(", ", rows[i])}), row {i} of {length}, NULLs {nulls}: {actual[i]} instead of {alone[string.Join('|', rows[i])]}");
                    }
                }
            }
        }
        Assert.True(forms.Count > 0 || name is "pi", $"no example of {name} has constants only");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_varying_argument_and_constants_give_what_columns_give(string name)
    {
        foreach (var form in FormsOf(Catalog.BuiltIn.Scalar(name)!))
        {
            for (var varying = 0; varying < form.Signature.Parameters.Length; varying++)
            {
                foreach (var row in form.Rows)
                {
                    object?[][] rows = [.. form.Rows.Select(r => row.Select((v, i) => i == varying ? r[i] : v).ToArray()), row, [.. row.Select((v, i) => i == varying ? null : v)], row];
                    var expected = Run(form, rows, dictionary: false);
                    Assert.Equal(expected, Run(form, rows, dictionary: false, varying));
                    Assert.Equal(expected, Run(form, rows, dictionary: true, varying));
                }
            }
        }
    }

    /// <summary>The results of rows as texts; all arguments are columns, or all but one constants.</summary>
    static string[] Run(Form form, object?[][] rows, bool dictionary, int varying = -1)
    {
        var memory = new MemoryAccountant(batchRows: 256);
        var parameters = form.Signature.Parameters;
        TextHeap? heap = null;
        if (dictionary)
        {
            heap = memory.RentHeap();
            heap.MakeDictionary();
            heap.Intern("of another batch"u8);
        }
        var batch = memory.RentBatch(new Schema(parameters.Select((p, i) => new Field($"c{i}", p))));
        batch.RowCount = rows.Length;
        for (var i = 0; i < parameters.Length; i++) batch.Add(Samples.Fill(memory, parameters[i], rows.Select(r => r[i]), parameters[i].Storage == Storage.Text ? heap : null));
        Expression[] arguments = [.. parameters.Select((p, i) => varying >= 0 && i != varying ? Constant(rows[0][i], p) : (Expression)new ColumnReference(i, $"c{i}", p))];
        var errors = new RowErrors(256);
        var results = new string[rows.Length];
        using (var evaluator = Evaluator.CompileAsIs([new Call(form.Function, [.. arguments], form.Signature.Result)], memory))
        {
            // Twice: what a kernel remembers must not matter.
            for (var pass = 0; pass < 2; pass++)
            {
                errors.Clear();
                var column = evaluator.Evaluate(batch, errors);
                Assert.Equal(rows.Length, column.Length);
                for (var i = 0; i < rows.Length; i++)
                {
                    var text = errors.Has(i) ? "error" : ValueText.Format(column, i);
                    Assert.True(pass == 0 || results[i] == text);
                    results[i] = text;
                }
                column.Release();
            }
        }
        batch.Release();
        heap?.Release();
        Assert.Equal(0, memory.Alive);
        return results;
    }

    static Literal Constant(object? value, DataType type) => new(value is string text ? type.Kind == TypeKind.Bytes ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text)) : value, type);
}
