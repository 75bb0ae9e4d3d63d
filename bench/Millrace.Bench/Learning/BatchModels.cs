using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Millrace.Bench.Harness;
using Millrace.Learning;
using Millrace.Learning.Batch;
using Millrace.Learning.Numerics;

namespace Millrace.Bench.Learning;

/// <summary>Random forest and gradient boosting beside scikit-learn's: the same files, the same threads, the same run.</summary>
sealed class BatchModels : LearningPart
{
    const double R2Within = 0.005;

    /// <inheritdoc/>
    public override string Name => "batch";

    /// <inheritdoc/>
    public override string Remark => "Trained on one part, tested on another; scikit-learn in the same run with as many threads, on all cores. Friedman: y = 10 sin(pi x0 x1) + 20 (x2 - 0.5)^2 + 10 x3 + 5 x4 + N(0, 1), ten uniform columns, 100,000 and 25,000 rows; bike sharing: four of five rows, drawn, and the others. Aims: R2 within 0.005, forest fits 3 times as fast, boosting as fast, predictions 5 times.";

    /// <inheritdoc/>
    protected override void Measure(Workshop workshop)
    {
        workshop.Install("sklearn");
        Header("| set | model | R2 | scikit-learn | fit, s | scikit-learn | ratio | aim | predict, µs/row | scikit-learn | ratio | one row, µs | met |");
        Compare(workshop, "friedman", Friedman(125_000), 25_000);
        Compare(workshop, "bike_sharing", Bikes(workshop), 3_476);
    }

    void Compare(Workshop workshop, string set, (double[] Cells, int Columns) data, int tested)
    {
        var columns = data.Columns;
        var trained = data.Cells.Length / columns - tested;
        var (train, test) = (data.Cells[..(trained * columns)], data.Cells[(trained * columns)..]);
        var files = (Path.Combine(workshop.Cache, $"{set}.train.f64"), Path.Combine(workshop.Cache, $"{set}.test.f64"));
        File.WriteAllBytes(files.Item1, MemoryMarshal.AsBytes<double>(train));
        File.WriteAllBytes(files.Item2, MemoryMarshal.AsBytes<double>(test));
        var threads = Environment.ProcessorCount;
        var peers = Workshop.Output("/usr/bin/python3", workshop.Peer("sklearn_forests.py"), $"{columns}", files.Item1, files.Item2, $"{threads}")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToDictionary(l => l[0], l => Array.ConvertAll(l[1..], v => double.Parse(v, CultureInfo.InvariantCulture)));
        var features = FeatureSet.Numeric(columns - 1);
        TrainedRegressor[] models = [new RandomForestRegressor(features, new() { TrainsItself = false }), new GradientBoostingRegressor(features, new() { TrainsItself = false })];
        var rows = new double[tested * (columns - 1)];
        for (var i = 0; i < tested; i++) test.AsSpan(i * columns, columns - 1).CopyTo(rows.AsSpan(i * (columns - 1)));
        foreach (var model in models)
        {
            for (var i = 0; i < trained; i++) model.Learn(train.AsSpan(i * columns, columns - 1), train[i * columns + columns - 1]);
            model.Train(threads);
            var fit = Seconds(() => model.Train(threads));
            var answers = model.PredictAll(rows, threads);
            var predict = Seconds(() => answers = model.PredictAll(rows, threads));
            var one = Seconds(() =>
            {
                for (var i = 0; i < 1000; i++) model.Predict(rows.AsSpan(i * (columns - 1), columns - 1));
            }) / 1000;
            var name = model is RandomForestRegressor ? "random_forest_regressor" : "gradient_boosting_regressor";
            var peer = peers[name];
            var r2 = R2(answers, test, columns);
            var aim = model is RandomForestRegressor ? 3 : 1;
            var isMet = r2 >= peer[2] - R2Within && peer[0] / fit >= aim && peer[1] / predict >= 5;
            Print($"| {set} | {name} | {r2:F4} | {peer[2]:F4} | {fit:F2} | {peer[0]:F2} | {peer[0] / fit:F1} | {aim} | {predict / tested * 1e6:F2} | {peer[1] / tested * 1e6:F2} | {peer[1] / predict:F1} | {one * 1e6:F1} | {Verdict(isMet)} |");
            Result($"{set}/{name}", r2, "R2", r2 >= peer[2] - R2Within);
            Result($"{set}/{name}/fit", peer[0] / fit, "times", peer[0] / fit >= aim);
            Result($"{set}/{name}/predict", peer[1] / predict, "times", peer[1] / predict >= 5);
        }
    }

    static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static double R2(double[] answers, double[] test, int columns)
    {
        double mean = 0, errors = 0, spread = 0;
        for (var i = 0; i < answers.Length; i++) mean += (test[i * columns + columns - 1] - mean) / (i + 1);
        for (var i = 0; i < answers.Length; i++)
        {
            var truth = test[i * columns + columns - 1];
            errors += (answers[i] - truth) * (answers[i] - truth);
            spread += (truth - mean) * (truth - mean);
        }
        return 1 - errors / spread;
    }

    static (double[] Cells, int Columns) Friedman(int count)
    {
        var random = new SeededRandom(7);
        var cells = new double[count * 11];
        for (var i = 0; i < count; i++)
        {
            var row = cells.AsSpan(i * 11, 11);
            foreach (ref var x in row[..10]) x = random.NextDouble();
            row[10] = 10 * Math.Sin(Math.PI * row[0] * row[1]) + 20 * (row[2] - 0.5) * (row[2] - 0.5) + 10 * row[3] + 5 * row[4] + random.NextNormal();
        }
        return (cells, 11);
    }

    static (double[] Cells, int Columns) Bikes(Workshop workshop)
    {
        var rows = LabelledSets.Read(workshop, "bike_sharing_hour", isClassification: false);
        var columns = rows.Features.Count + 1;
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var random = new SeededRandom(1);
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        var cells = new double[rows.Count * columns];
        for (var i = 0; i < order.Length; i++)
        {
            rows[order[i]].CopyTo(cells.AsSpan(i * columns));
            cells[i * columns + columns - 1] = rows.Targets[order[i]];
        }
        return (cells, columns);
    }
}
