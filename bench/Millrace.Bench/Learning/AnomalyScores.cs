using Millrace.Bench.Harness;
using Millrace.Learning;
using Millrace.Learning.Metrics;

namespace Millrace.Bench.Learning;

/// <summary>Area under the ROC curve of all anomaly detectors on mammography: each row is scored, then learned.</summary>
sealed class AnomalyScores : LearningPart
{
    /// <inheritdoc/>
    public override string Name => "anomalies";

    /// <inheritdoc/>
    public override string Remark => "Area under the ROC curve, mammography_shuffled42 (11,183 rows, 260 positives), default seed 42 and the mean of seeds 1 to 10. River with one seed: half-space trees 0.8228, one-class SVM 0.1331, local outlier factor 0.5136 (600 rows). Aim: half-space trees at least 0.82.";

    /// <inheritdoc/>
    protected override void Measure(Workshop workshop)
    {
        var rows = LabelledSets.Read(workshop, "mammography_shuffled42", isClassification: true);
        Header("| detector | default seed | seeds 1 to 10, mean | least | most | aim |");
        foreach (var entry in Models.All.Where(m => m.Task == ModelTask.AnomalyDetection))
        {
            var usual = Area(42);
            var areas = Enumerable.Range(1, 10).Select(s => Area((ulong)s)).ToList();
            var aim = entry.Name == "half_space_trees" ? 0.82 : (double?)null;
            Print($"| {entry.Name} | {usual:F4} | {areas.Average():F4} | {areas.Min():F4} | {areas.Max():F4} | {aim:F2} |");
            Result(entry.Name, usual, "AUC", aim is null ? null : usual >= aim);

            double Area(ulong seed)
            {
                var detector = (IAnomalyDetector)entry.Create(new(rows.Features, Seed: seed));
                var area = new RollingAuc(rows.Count);
                for (var i = 0; i < rows.Count; i++)
                {
                    area.Add(rows.Targets[i] == 1, detector.Score(rows[i]));
                    detector.Learn(rows[i]);
                }
                return area.Value;
            }
        }
    }
}
