using System.Diagnostics;
using Millrace.Sql;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>
/// Strategy: sound random files whose words are taken out, doubled, swapped and replaced by words of other files. Invariant: the compiler answers with diagnostics or a plan, never with an
/// exception, and in time. With MILLRACE_FUZZ=queries half as many texts are tried.
/// </summary>
public sealed class DamagedSqlTests(ITestOutputHelper output)
{
    static readonly TimeSpan s_most = TimeSpan.FromSeconds(5);

    [Fact]
    public void Damaged_files_give_diagnostics_or_pipelines()
    {
        var isLong = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_FUZZ"), out var queries);
        var first = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_FUZZ_SEED"), out var given) ? given : 11;
        var words = new List<string>();
        var sound = 0;
        for (var seed = first; seed < first + (isLong ? queries / 2 : 1_500); seed++)
        {
            var random = new Random(seed);
            string text;
            try
            {
                text = new CaseMaker(random).Make().Sql;
            }
            catch (CompilerFailure)
            {
                continue; // the other fuzzer tells of it
            }
            var own = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
            if (words.Count < 5_000) words.AddRange(own);
            for (var damage = random.Next(1, 6); damage > 0 && own.Count > 1; damage--)
            {
                var at = random.Next(own.Count);
                switch (random.Next(6))
                {
                    case 0: own.RemoveAt(at); break;
                    case 1: own.Insert(at, own[random.Next(own.Count)]); break;
                    case 2: own[at] = words[random.Next(words.Count)]; break;
                    case 3: own.RemoveRange(at, Math.Min(random.Next(1, 6), own.Count - at)); break;
                    case 4: own.InsertRange(at, own.GetRange(at, Math.Min(random.Next(1, 12), own.Count - at))); break;
                    default: (own[at], own[^1]) = (own[^1], own[at]); break;
                }
            }
            text = string.Join(' ', own);
            if (Fault(text) is not { } fault)
            {
                if (Trial.Compile(text).Pipeline is not null) sound++;
                continue;
            }
            for (var i = own.Count - 1; i >= 0; i--)
            {
                var word = own[i];
                own.RemoveAt(i);
                if (Fault(string.Join(' ', own)) is null) own.Insert(i, word);
            }
            Assert.Fail($"seed {seed}: {fault}\n{string.Join(' ', own)}");
        }
        output.WriteLine($"{sound} of them were sound all the same");
    }

    /// <summary>What is wrong with the compiler's answer, or null.</summary>
    static string? Fault(string text)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var (pipeline, diagnostics) = Trial.Compile(text);
            if (pipeline is null != diagnostics.Any(d => d.Severity == Severity.Error)) return "a pipeline beside errors, or neither";
            foreach (var diagnostic in diagnostics) DiagnosticText.Render(diagnostic);
            return Stopwatch.GetElapsedTime(began) < s_most ? null : "it took too long";
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }
}
