namespace Millrace.Learning.Drift;

/// <summary>A line of the list of drift detectors.</summary>
/// <param name="Name">Its name in SQL.</param>
/// <param name="Summary">What it does, in one sentence.</param>
/// <param name="Type">Its class.</param>
/// <param name="Create">Makes one with usual settings.</param>
public sealed record DriftDetectorEntry(string Name, string Summary, Type Type, Func<IDriftDetector> Create);

/// <summary>All drift detectors. A new one is a file and a line here.</summary>
public static class DriftDetectors
{
    /// <summary>The list, in the order of the documentation.</summary>
    public static IReadOnlyList<DriftDetectorEntry> All { get; } =
    [
        Of("adwin", "Older and newer values have different means; any numbers.", () => new Adwin()),
        Of("ddm", "An error rate rises above its lowest point.", () => new Ddm()),
        Of("eddm", "Errors come closer together.", () => new Eddm()),
        Of("hddm_a", "A mean of values from 0 to 1 rises, by Hoeffding's bound.", () => new HddmAverage()),
        Of("hddm_w", "A fading mean of values from 0 to 1 rises, by McDiarmid's bound.", () => new HddmWeighted()),
        Of("page_hinkley", "Summed distances from the mean leave their turning point.", () => new PageHinkley()),
        Of("cusum", "Values lie above or below their mean for long, in their own deviations.", () => new Cusum()),
        Of("kswin", "The last 30 values are distributed otherwise than the 70 before.", () => new Kswin()),
    ];

    static DriftDetectorEntry Of<T>(string name, string summary, Func<T> create) where T : class, IDriftDetector => new(name, summary, typeof(T), create);
}
