using System.Globalization;

namespace Millrace.Bench.Harness;

/// <summary>What the command line says besides names.</summary>
sealed record RunChoices
{
    /// <summary>--rounds: laps that count.</summary>
    public int Rounds { get; init; } = Contest.DefaultRounds;

    /// <summary>--events: of a generated stream; null = as many as the benchmark wants.</summary>
    public long? Events { get; init; }

    /// <summary>--rate: events of a generated stream in a second of event time; null = as the benchmark wants.</summary>
    public long? Rate { get; init; }

    /// <summary>Takes the options out of a command line.</summary>
    /// <param name="arguments">Names, and options with their numbers anywhere between them.</param>
    /// <param name="names">The names that are left, in order.</param>
    public static RunChoices Parse(string[] arguments, out List<string> names)
    {
        var choices = new RunChoices();
        names = [];
        for (var i = 0; i < arguments.Length; i++)
        {
            var option = arguments[i];
            if (!option.StartsWith("--", StringComparison.Ordinal))
            {
                names.Add(option);
                continue;
            }
            var number = ++i < arguments.Length ? arguments[i] : "";
            if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1) throw new BenchmarkException($"{option} {number}: a number from 1 is needed.");
            choices = option switch
            {
                "--rounds" => choices with { Rounds = checked((int)value) },
                "--events" => choices with { Events = value },
                "--rate" => choices with { Rate = value },
                _ => throw new BenchmarkException($"no option {option}; there are --rounds, --events and --rate."),
            };
        }
        return choices;
    }
}
