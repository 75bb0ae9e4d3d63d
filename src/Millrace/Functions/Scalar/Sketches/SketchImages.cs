using System.Globalization;
using Millrace.Expressions.Kernels;
using Millrace.Sketches;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Reads a sketch out of an image.</summary>
/// <exception cref="SketchFormatException">The image is damaged or of another kind.</exception>
internal delegate TSketch SketchReader<out TSketch>(ReadOnlySpan<byte> image);

/// <summary>What functions over images of sketches share.</summary>
internal static class SketchImages
{
    const string Damage = "An image that is damaged or of another kind is an error.";

    /// <summary>The sketch of an argument, or null where it is damaged: then the row has failed.</summary>
    public static TSketch? Read<TSketch>(in Row row, int argument, SketchReader<TSketch> read, Outcome outcome) where TSketch : class
    {
        try
        {
            return read(row.Text(argument));
        }
        catch (SketchFormatException error)
        {
            outcome.Fail(error.Message.TrimEnd('.'));
            return null;
        }
    }

    /// <summary>..._ESTIMATE of a sketch of different values.</summary>
    public static ScalarFunction Estimate(string name, string what, SketchReader<IDistinctSketch> read, (string Sql, string Result) example) =>
        new ValueFunction<long>(name, "sketches", $"{name}(image)", $"About how many different values {what} has seen, BIGINT. {Damage}", [Gives(Long, Bytes)],
            (in Row row, Outcome outcome) => Read(row, 0, read, outcome) is { } sketch ? (long)Math.Round(sketch.Estimate) : 0, example);

    /// <summary>..._BOUNDS of a sketch of different values.</summary>
    public static ScalarFunction Bounds(string name, string what, SketchReader<IDistinctSketch> read, (string Sql, string Result) example) =>
        new TextFunction(name, "sketches", $"{name}(image [, deviations])",
            $"Between which numbers the number of different values that {what} has seen lies, as JSON: lower, estimate and upper. With 1, 2 (unless given) or 3 standard deviations that holds in 68, 95 or 99.7 % of all cases. {Damage}",
            [Gives(Text, Bytes), Gives(Text, Bytes, Int)], (in Row row, Outcome outcome) =>
            {
                if (TryDeviations(row, 1, outcome, out var deviations) && Read(row, 0, read, outcome)?.Bounds(deviations) is { } bounds)
                    Append(new Estimate(Math.Round(bounds.Value), Math.Round(bounds.Lower), Math.Round(bounds.Upper)), outcome);
            }, example);

    /// <summary>1, 2 or 3 where it is given, else 2.</summary>
    public static bool TryDeviations(in Row row, int argument, Outcome outcome, out int deviations)
    {
        deviations = row.Count > argument ? row.Int(argument) : 2;
        if (deviations is >= 1 and <= 3) return true;
        outcome.Fail($"{deviations} is no number of standard deviations; there are 1, 2 and 3");
        return false;
    }

    /// <summary>A share of all values, from 0 to 1.</summary>
    public static bool TryRank(in Row row, int argument, Outcome outcome, out double rank)
    {
        rank = row.Double(argument);
        if (rank is >= 0 and <= 1) return true;
        outcome.Fail(string.Create(CultureInfo.InvariantCulture, $"{rank} is no rank; ranks are from 0 to 1"));
        return false;
    }

    /// <summary>Appends bounds as JSON; infinities as texts.</summary>
    public static void Append(Estimate bounds, Outcome outcome)
    {
        outcome.Append("{\"lower\":"u8);
        AppendNumber(bounds.Lower, outcome);
        outcome.Append(",\"estimate\":"u8);
        AppendNumber(bounds.Value, outcome);
        outcome.Append(",\"upper\":"u8);
        AppendNumber(bounds.Upper, outcome);
        outcome.Append((byte)'}');
    }

    static void AppendNumber(double value, Outcome outcome)
    {
        if (!double.IsFinite(value)) outcome.Append((byte)'"');
        value.TryFormat(outcome.Text.Reserve(32), out var written, default, CultureInfo.InvariantCulture);
        outcome.Text.Advance(written);
        if (!double.IsFinite(value)) outcome.Append((byte)'"');
    }
}
