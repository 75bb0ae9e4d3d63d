using System.Numerics;
using Millrace.Data;
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
            told.Add(new PlainRow([.. row.Values, .. model.Ask(row, node.Features)]));
        }
        return told;
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

        static double Number(object? value, int column, PlanNode? of) => value switch
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

        double? Width()
        {
            var last = _errors.TakeLast(1000).Order().ToList();
            var place = (int)Math.Ceiling((last.Count + 1) * _definition.Confidence);
            return place <= last.Count ? last[place - 1] : null;
        }

        public bool Learn(PlainRow row)
        {
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
                    if (_rows > 0) _errors.Add(Math.Abs(target - regressor.Predict(features)));
                    regressor.Learn(features, target);
                    break;
                default:
                    var detector = (IAnomalyDetector)_model;
                    if (_rows > 0) _errors.Add(detector.Score(features));
                    detector.Learn(features);
                    break;
            }
            _rows++;
            return true;
        }
    }
}
