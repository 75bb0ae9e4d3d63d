using Millrace.Bench.Harness;
using Millrace.Tests.Learning;

namespace Millrace.Bench.Learning;

/// <summary>The labelled sets of the shared data.</summary>
static class LabelledSets
{
    /// <summary>Sets whose target is a class.</summary>
    public static readonly string[] Classified = ["elec2", "phishing", "bananas", "image_segments", "sea_abrupt", "adult_train", "outdoor", "keystroke"];

    /// <summary>Sets whose target is a number.</summary>
    public static readonly string[] Measured = ["trump_approval", "chick_weights", "bike_sharing_hour", "metro_traffic"];

    /// <summary>Reads a set, packed or not; dates are left out as in the figures of others.</summary>
    public static LabelledRows Read(Workshop workshop, string set, bool isClassification)
    {
        var plain = Path.Combine(workshop.Shared, "data", "ml", set + ".csv");
        return LabelledRows.Read(File.Exists(plain) ? plain : workshop.SharedFile("data", "ml", set + ".csv.gz"), isClassification, "dteday", "date_time");
    }
}
