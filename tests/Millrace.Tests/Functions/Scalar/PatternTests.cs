using System.Text;
using System.Text.RegularExpressions;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Tests.Functions.Aggregate;

namespace Millrace.Tests.Functions.Scalar;

public sealed class PatternTests
{
    /// <summary>The value of an expression over one row, "error: ..." where it fails.</summary>
    static string Run(string sql)
    {
        var memory = new MemoryAccountant(batchRows: 4);
        var batch = memory.RentBatch(Schema.Empty);
        batch.RowCount = 1;
        var errors = new RowErrors(4);
        string text;
        using (var evaluator = Evaluator.CompileAsIs([ExampleParser.Parse(sql)], memory))
        {
            var column = evaluator.Evaluate(batch, errors);
            text = errors.Any ? "error: " + errors.MessageOf(0) : ValueText.Format(column, 0);
            column.Release();
        }
        batch.Release();
        Assert.Equal(0, memory.Alive);
        return text;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Like_agrees_with_a_regular_expression(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 3000; i++)
        {
            var text = Word("abü", random.Next(8));
            var pattern = Word("abü%_%_", random.Next(6));
            var regex = "^" + pattern.Replace("%", ".*").Replace("_", ".") + "$";
            var expected = Regex.IsMatch(text, regex, RegexOptions.Singleline) ? "true" : "false";
            Assert.True(expected == Run($"'{text}' LIKE '{pattern}'"), $"seed {seed}: '{text}' LIKE '{pattern}' is not {expected}");
            Assert.True(expected == Run($"'{text.ToUpperInvariant()}' ILIKE '{pattern}'"), $"seed {seed}: '{text}' ILIKE '{pattern}' is not {expected}");
        }

        string Word(string letters, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => letters[random.Next(letters.Length)]));
    }

    [Theory]
    [InlineData("'a' ~ '('", "no regular expression")]
    [InlineData("'a' ~ '(?=a)'", "no regular expression")]
    [InlineData("'a' LIKE 'a\\'", "escape")]
    [InlineData("date_trunc('fortnight', TIMESTAMP '2024-01-01 00:00:00')", "no unit")]
    [InlineData("timezone('Mars/Olympus', TIMESTAMP '2024-01-01 00:00:00')", "no time zone")]
    public void A_constant_that_makes_no_sense_is_told_before_any_row(string sql, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Run(sql)).Message);

    [Theory]
    [InlineData("repeat('abc', 100000000)", "16777216")]
    [InlineData("lpad('a', 2000000000)", "16777216")]
    [InlineData("substring('abc', 1, -1)", "negative")]
    [InlineData("chr(0)", "no code point")]
    [InlineData("sqrt(-1)", "-1 has no square root")]
    [InlineData("ln(0)", "0 has no logarithm")]
    [InlineData("power(0, -1)", "negative powers")]
    [InlineData("decode('0g', 'hex')", "not pairs of hex digits")]
    [InlineData("'{' -> 'a'", "no JSON")]
    [InlineData("make_timestamp(2023, 2, 29, 0, 0, 0)", "2023-2-29")]
    [InlineData("to_timestamp('32.01.2024', 'DD.MM.YYYY')", "does not fit the pattern")]
    public void A_value_that_cannot_be_computed_is_an_error_of_its_row(string sql, string message)
    {
        Assert.StartsWith("error: ", Run(sql));
        Assert.Contains(message, Run(sql));
    }

    [Fact]
    public void A_pattern_that_would_take_for_ever_elsewhere_takes_linear_time() =>
        Assert.Equal("false", Run($"'{new string('a', 20_000)}b' ~ '^(a+)+$'"));

    [Fact]
    public void Functions_of_texts_take_any_bytes()
    {
        var random = new Random(3);
        var memory = new MemoryAccountant(batchRows: 64);
        foreach (var function in Millrace.Functions.Scalars.All)
        {
            var types = function.Examples.Select(e => ExampleParser.Parse(e.Sql)).OfType<Millrace.Expressions.Call>().Where(c => ReferenceEquals(c.Function, function)).Select(c => c.Arguments.Select(a => a.Type).ToArray());
            foreach (var form in types.Where(t => t.Any(a => a.Storage == Storage.Text)).DistinctBy(t => string.Join(",", t)))
            {
                if (function.Resolve(form) is not { } signature) continue;
                var batch = memory.RentBatch(new Schema(form.Select((t, i) => new Field($"c{i}", t))));
                batch.RowCount = 50;
                foreach (var type in form)
                    batch.Add(Samples.Fill(memory, type, Enumerable.Range(0, 50).Select(_ => type.Storage == Storage.Text ? Noise(random) : Samples.Value(type, random))));
                var errors = new RowErrors(64);
                using (var evaluator = Evaluator.CompileAsIs([new Call(function, [.. form.Select((t, i) => new ColumnReference(i, $"c{i}", t))], signature.Result)], memory)) evaluator.Evaluate(batch, errors).Release();
                batch.Release();
            }
        }
        Assert.Equal(0, memory.Alive);
    }

    static string Noise(Random random)
    {
        var bytes = new byte[random.Next(12)];
        random.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }
}
