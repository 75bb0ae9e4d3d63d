using System.Text;
using Millrace.Functions;

namespace Millrace.Quality;

/// <summary>The figures of <see cref="QualityCounters"/> as bytes of a checkpoint, constraints by their names: the file may have others when the run goes on.</summary>
static class CounterImage
{
    /// <summary>Figures that belong to no constraint, and those of each.</summary>
    const int Plain = 8, OfRule = 3;

    /// <summary>Writes figures.</summary>
    /// <param name="counters">Whose.</param>
    /// <param name="figures">As <see cref="QualityCounters.Figures"/> orders them.</param>
    /// <param name="writer">Takes them.</param>
    public static void Write(QualityCounters counters, ReadOnlySpan<long> figures, StateWriter writer)
    {
        for (var i = 0; i < Plain; i++) writer.Write(figures[i]);
        writer.WriteBytes(Encoding.UTF8.GetBytes(counters.FirstProblem ?? ""));
        for (var rule = 0; rule < counters.Rules.Length; rule++)
        {
            writer.WriteBytes(NameOf(counters.Rules[rule]));
            for (var i = 0; i < OfRule; i++) writer.Write(figures[Plain + OfRule * rule + i]);
        }
    }

    /// <summary>Adds figures that were written; those of constraints that are there no longer are left out.</summary>
    public static void AddTo(QualityCounters counters, ReadOnlySpan<byte> image)
    {
        var reader = new StateReader(image);
        var figures = new long[Plain + OfRule * counters.Rules.Length];
        for (var i = 0; i < Plain; i++) figures[i] = reader.Read<long>();
        if (reader.ReadBytes() is { IsEmpty: false } problem) counters.AddProblem(Encoding.UTF8.GetString(problem));
        while (reader.Remaining > 0)
        {
            var name = reader.ReadBytes();
            var rule = 0;
            while (rule < counters.Rules.Length && !name.SequenceEqual(NameOf(counters.Rules[rule]))) rule++;
            for (var i = 0; i < OfRule; i++)
            {
                var figure = reader.Read<long>();
                if (rule < counters.Rules.Length) figures[Plain + OfRule * rule + i] = figure;
            }
        }
        counters.Add(figures);
    }

    static byte[] NameOf(RuleCounters rule) => Encoding.UTF8.GetBytes($"{rule.On}\n{rule.Name}");
}
