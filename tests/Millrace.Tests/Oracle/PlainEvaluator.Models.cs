using System.Numerics;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Learning;
using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    List<PlainRow> Tested(LearnModel node)
    {
        var model = new PlainModel(node.Model);
        return [.. InTime(node.Input, node.Model.Time, node.View).Select(r => (Row: r.Row, Answers: model.Ask(r.Row, node.Model.Features), Learned: model.Learn(r.Row)))
            .Select(r => new PlainRow([.. r.Row.Values, .. r.Answers]))];
    }

    List<PlainRow> Predicted(PredictModel node)
    {
        var model = new PlainModel(node.Model) { Asked = node.Left };
        var training = new Queue<(PlainRow Row, Int128 Known)>(InTime(node.Right, node.Model.Time, node.View));
        var told = new List<PlainRow>();
        foreach (var (row, known) in InTime(node.Left, node.Time, node.View))
        {
            while (training.TryPeek(out var next) && next.Known < known) model.Learn(training.Dequeue().Row);
            var answer = model.Ask(row, node.Features);
            if (!node.Explains) told.Add(new PlainRow([.. row.Values, .. answer]));
            else for (var i = 0; i < node.Features.Length; i++) told.Add(new PlainRow([.. row.Values, .. answer, node.Model.Rows.Schema[node.Model.Features[i]].Name, model.Contribution(row, node.Features, i)]));
        }
        return told;
    }

    List<PlainRow> Followed(FollowSeries node)
    {
        var told = new List<PlainRow>();
        foreach (var series in InTime(node.Input, node.Time, node.View).GroupBy(r => PlainValues.Key(node.Partition.Select(p => r.Row[p]))))
        {
            var model = new Millrace.Learning.Forecasting.ForecastMixture(node.Season, Math.Max(1, node.Horizon));
            var errors = new List<double>();
            long? before = null;
            var count = 0;
            foreach (var (row, _) in series)
            {
                var time = (long)row[node.Time.Column]!;
                if (before is { } last && node.EveryMicroseconds > 0)
                    for (var i = (Int128)1; i < Int128.Min(10_001, ((Int128)time - last) / node.EveryMicroseconds); i++) model.Learn(node.Missing);
                before = time;
                var value = PlainModel.Number(row[node.Value], node.Value, node.Input);
                if (!double.IsFinite(value)) value = double.NaN;
                var next = new double[1];
                model.Forecast(next);
                double? expected = count == 0 ? null : next[0];
                var kept = errors.TakeLast(1000).Order().ToList();
                var place = (int)Math.Ceiling((kept.Count + 1) * node.Confidence);
                double? width = place <= kept.Count ? kept[place - 1] : null;
                double? error = double.IsNaN(value) || expected is null ? null : Math.Abs(value - expected.Value);
                if (node.Horizon == 0)
                    told.Add(new PlainRow([.. row.Values, error is null || width is null ? null : error > width, error is null || kept.Count == 0 ? null : kept.Count(k => k < error) / (double)kept.Count, expected, expected - width, expected + width]));
                if (error is { } own) errors.Add(own);
                model.Learn(value);
                count++;
                if (node.Horizon == 0) continue;
                var (values, lower, upper) = (new double[node.Horizon], new double[node.Horizon], new double[node.Horizon]);
                model.Forecast(values, lower, upper, node.Confidence);
                for (var step = 0; step < node.Horizon; step++)
                    told.Add(new PlainRow([.. row.Values, step + 1, time + (step + 1) * node.EveryMicroseconds, values[step], count > node.Horizon ? lower[step] : null, count > node.Horizon ? upper[step] : null]));
            }
        }
        return told;
    }

    List<PlainRow> Evaluated(EvaluateModel node)
    {
        var (model, isClass) = (node.Model, node.Model.Kind.Answer == ModelAnswer.Class);
        var tested = Evaluate(node.Input).Where(r => r[model.Target] is not null && r[model.Rows.Schema.Count] is not null && (isClass || double.IsFinite(Value(r, model.Target, model)))).ToList();
        var drift = new Millrace.Learning.Drift.Adwin();
        var told = new List<PlainRow>();
        long drifts = 0, before = 0;
        for (var i = 0; i < tested.Count; i++)
        {
            var error = isClass ? (Equals(tested[i][model.Target], tested[i][model.Rows.Schema.Count]) ? 0 : 1) : Math.Abs(Value(tested[i], model.Target, model) - (double)tested[i][model.Rows.Schema.Count]!);
            if (drift.Update(error)) drifts++;
            var (start, next) = (Start(tested[i]), i + 1 < tested.Count ? Start(tested[i + 1]) : long.MaxValue);
            if (start == next) continue;
            var all = tested.Take(i + 1).ToList();
            told.Add(new PlainRow([start, start + node.EveryMicroseconds, (long)(i + 1), .. Metrics(all, all.Count), .. Metrics(all, node.Rolling), drifts > before, drifts]));
            before = drifts;
        }
        return told;

        long Start(PlainRow row) => (long)row[model.Time.Column]! + model.Time.LagMicroseconds is var known ? known - ((known % node.EveryMicroseconds) + node.EveryMicroseconds) % node.EveryMicroseconds : 0;

        object?[] Metrics(List<PlainRow> rows, int last)
        {
            var seen = rows.TakeLast(last).ToList();
            if (!isClass)
            {
                var errors = seen.Select(r => Value(r, model.Target, model) - (double)r[model.Rows.Schema.Count]!).ToList();
                var truths = seen.Select(r => Value(r, model.Target, model)).ToList();
                var pairs = rows.Zip(rows.Skip(1)).TakeLast(last).ToList();
                var spread = truths.Sum(t => (t - truths.Average()) * (t - truths.Average()));
                return
                [
                    Finite(errors.Average(Math.Abs)), Finite(Math.Sqrt(errors.Average(e => e * e))), spread > 0 ? Finite(1 - errors.Sum(e => e * e) / spread) : null,
                    pairs.Count == 0 ? null : Finite(pairs.Average(p => Math.Abs(Value(p.First, model.Target, model) - Value(p.Second, model.Target, model)))),
                ];
            }
            var labels = seen.Select(r => (True: r[model.Target]!, Said: r[model.Rows.Schema.Count]!)).ToList();
            double count = seen.Count;
            var accuracy = labels.Count(l => l.True.Equals(l.Said)) / count;
            var chance = labels.Select(l => l.True).Distinct().Sum(l => (double)labels.Count(x => x.True.Equals(l)) * labels.Count(x => x.Said.Equals(l))) / (count * count);
            var hits = Enumerable.Range(rows.Count - seen.Count, seen.Count).Count(i => i > 0 && rows[i][model.Target]!.Equals(rows[i - 1][model.Target]));
            return [accuracy, Finite(Relative(accuracy, chance)), Finite(Relative(accuracy, hits / count)), hits / count];
        }

        static double Relative(double accuracy, double baseline) => baseline >= 1 ? accuracy >= 1 ? 0 : -1 : (accuracy - baseline) / (1 - baseline);
        static object? Finite(double value) => double.IsFinite(value) ? value : null;
        static double Value(PlainRow row, int column, ModelDefinition model) => PlainModel.Number(row[column], column, model.Rows);
    }

    /// <summary>The rows that are not late, in the order of the moment when they are known, then as whole rows.</summary>
    List<(PlainRow Row, Int128 Known)> InTime(PlanNode input, EventTime time, string view)
    {
        var rows = new List<(PlainRow Row, Int128 Known)>();
        foreach (var row in Evaluate(input))
        {
            if (row[time.Column] is not long own) continue;
            var known = (Int128)own + time.LagMicroseconds;
            if (known < row.Watermark) CountLate(view);
            else rows.Add((row, known));
        }
        return [.. rows.OrderBy(r => r.Known).ThenBy(r => r.Row, Comparer<PlainRow>.Create((a, b) => PlainValues.CompareRows(a.Values, b.Values)))];
    }

    /// <summary>A model of the library, asked about plain rows.</summary>
    sealed class PlainModel
    {
        readonly ModelDefinition _definition;
        readonly IModel _model;
        readonly Dictionary<int, List<string>> _categories = [];
        readonly List<object> _labels = [];
        readonly List<double> _errors = [];
        long _rows;

        public PlainModel(ModelDefinition definition)
        {
            _definition = definition;
            var kinds = definition.Features.Select(f => definition.Rows.Schema[f].Type.Kind == TypeKind.Text ? FeatureKind.Nominal : FeatureKind.Numeric).ToArray();
            _model = Millrace.Learning.Models.Find(definition.Kind.Name).Create(new(new FeatureSet(kinds), Seed: definition.Seed));
        }

        double[] Features(PlainRow row, IReadOnlyList<int> columns, PlanNode? of, bool learns) =>
            [.. columns.Select((c, i) => row[c] is string text ? Category(i, text, learns) : Number(row[c], c, of))];

        double Category(int feature, string text, bool learns)
        {
            if (!_categories.TryGetValue(feature, out var known)) _categories[feature] = known = [];
            if (!known.Contains(text) && learns) known.Add(text);
            return known.IndexOf(text) is var code and >= 0 ? code : double.NaN;
        }

        public static double Number(object? value, int column, PlanNode? of) => value switch
        {
            null => double.NaN,
            bool b => b ? 1 : 0,
            BigInteger scaled => (double)scaled / Math.Pow(10, of!.Schema[column].Type.Scale),
            var other => Convert.ToDouble(other, System.Globalization.CultureInfo.InvariantCulture),
        };

        /// <summary>The rows that <see cref="Ask"/> is given.</summary>
        public PlanNode? Asked { get; init; }

        public object?[] Ask(PlainRow row, IReadOnlyList<int> columns)
        {
            if (_rows == 0) return new object?[_definition.Answers.Length];
            var features = Features(row, columns, Asked ?? _definition.Rows, learns: false);
            if (_model is IClassifier classifier)
            {
                var shares = new double[classifier.Classes];
                classifier.Predict(features, shares);
                var best = Enumerable.Range(0, Math.Max(1, _labels.Count)).MaxBy(c => shares[c]);
                return [_labels[best], shares[best]];
            }
            if (_model is IRegressor regressor)
            {
                var value = regressor.Predict(features);
                return Width() is { } width ? [value, value - width, value + width] : [value, null, null];
            }
            var score = ((IAnomalyDetector)_model).Score(features);
            return [score, Width() is { } most ? score > most : null];
        }

        public object? Contribution(PlainRow row, IReadOnlyList<int> columns, int feature)
        {
            if (_rows == 0) return null;
            var features = Features(row, columns, Asked ?? _definition.Rows, learns: false);
            var label = _model is IClassifier ? _labels.IndexOf(Ask(row, columns)[0]!) : 0;
            var whole = Said(features, label);
            features[feature] = double.NaN;
            return whole - Said(features, label);
        }

        double Said(double[] features, int label)
        {
            if (_model is IRegressor regressor) return regressor.Predict(features);
            if (_model is IAnomalyDetector detector) return detector.Score(features);
            var classifier = (IClassifier)_model;
            var shares = new double[classifier.Classes];
            classifier.Predict(features, shares);
            return shares[label];
        }

        double? Width()
        {
            var last = _errors.TakeLast(1000).Order().ToList();
            var place = (int)Math.Ceiling((last.Count + 1) * _definition.Confidence);
            return place <= last.Count ? last[place - 1] : null;
        }

        public bool Learn(PlainRow row)
        {
            var tested = Features(row, _definition.Features, _definition.Rows, learns: false); // it is tested before its categories are known
            var features = Features(row, _definition.Features, _definition.Rows, learns: true);
            switch (_model)
            {
                case IClassifier classifier:
                    if (row[_definition.Target] is not { } label) return false;
                    if (!_labels.Contains(label)) _labels.Add(label);
                    classifier.Learn(features, _labels.IndexOf(label));
                    break;
                case IRegressor regressor:
                    var target = Number(row[_definition.Target], _definition.Target, _definition.Rows);
                    if (!double.IsFinite(target)) return false;
                    if (_rows > 0) _errors.Add(Math.Abs(target - regressor.Predict(tested)));
                    regressor.Learn(features, target);
                    break;
                default:
                    var detector = (IAnomalyDetector)_model;
                    if (_rows > 0) _errors.Add(detector.Score(tested));
                    detector.Learn(features);
                    break;
            }
            _rows++;
            return true;
        }
    }
}
