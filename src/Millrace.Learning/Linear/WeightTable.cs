using System.Runtime.Intrinsics;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Linear;

/// <summary>Rows of weights, one for each thing that is scored, and the steps that move them.</summary>
/// <remarks>
/// A row of input is copied dense (missing is 0) with a 1 behind the features, whose weight is the bias; so every loop runs over whole groups of eight.
/// Cost of a step: one pass over a row. Regularisation leaves the bias alone.
/// </remarks>
sealed class WeightTable
{
    const double Decay1 = 0.9, Decay2 = 0.999, Tiny = 1e-8; // Adam's settings as published
    const double GradientMax = 1e40; // its square times that of a feature (1e200) is finite

    readonly FeatureSet _features;
    readonly LinearOptions _options;
    readonly int _bias;
    readonly int _width;
    readonly double[] _input;
    double[] _weights;
    double[] _first;  // sums of squares (AdaGrad, FTRL's n) or Adam's first moment
    double[] _second; // FTRL's z or Adam's second moment
    double[] _steps;

    public WeightTable(FeatureSet features, LinearOptions options, int rows, double biasInput = 1)
    {
        _features = features;
        _options = options;
        _bias = features.Count;
        _width = Lanes.Padded(features.Count + 1);
        _input = new double[_width];
        _input[_bias] = biasInput;
        _weights = new double[rows * _width];
        _first = new double[options.Method == StepMethod.Sgd ? 0 : rows * _width];
        _second = new double[options.Method is StepMethod.Adam or StepMethod.Ftrl ? rows * _width : 0];
        _steps = new double[rows];
    }

    public int Rows => _steps.Length;

    /// <summary>The row that was taken last: features, bias input, padding.</summary>
    public ReadOnlySpan<double> Input => _input;

    /// <summary>Weights of a row, the bias behind those of the features.</summary>
    public Span<double> Weights(int row) => _weights.AsSpan(row * _width, _width);

    /// <summary>Takes a row of features for what follows.</summary>
    public void Take(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Lanes.CopyDense(features, _input);
    }

    /// <summary>Squares of the features' values, the bias input not counted.</summary>
    public double SquaredNorm() => Lanes.Dot(_input, _input) - _input[_bias] * _input[_bias];

    /// <summary>Weights times input, finite always.</summary>
    public double Score(int row)
    {
        var score = Lanes.Dot(Weights(row), _input);
        return double.IsFinite(score) ? score : 0;
    }

    /// <summary>Moves a row by a multiple of the input.</summary>
    public void Move(int row, double factor) => Lanes.AddMultiple(Weights(row), _input, factor);

    /// <summary>Moves a row against a gradient.</summary>
    /// <param name="row">Which row.</param>
    /// <param name="gradient">Slope of the loss by the row's score.</param>
    /// <param name="curvature">The most that the slope changes by score, for the longest sensible step.</param>
    public void Step(int row, double gradient, double curvature)
    {
        gradient = Math.Clamp(gradient, -GradientMax, GradientMax);
        var weights = Weights(row);
        var rate = _options.Rate;
        switch (_options.Method)
        {
            case StepMethod.Sgd:
                var square = Lanes.Dot(_input, _input);
                rate = Math.Min(rate, 1 / (curvature * square));
                Lanes.AddMultiple(weights, _input, -rate * gradient);
                break;
            case StepMethod.AdaGrad:
                AdaGrad(weights, _input, Slice(_first, row), gradient, rate);
                break;
            case StepMethod.Adam:
                var steps = ++_steps[row];
                Adam(weights, _input, Slice(_first, row), Slice(_second, row), gradient, rate / (1 - Math.Pow(Decay1, steps)), 1 / (1 - Math.Pow(Decay2, steps)));
                break;
            default:
                Ftrl(weights, _input, Slice(_first, row), Slice(_second, row), gradient, rate, _options.L1, _options.L2);
                return;
        }
        if (_options.L1 == 0 && _options.L2 == 0) return;
        var bias = weights[_bias];
        Shrink(weights, 1 / (1 + rate * _options.L2), rate * _options.L1);
        weights[_bias] = bias;
    }

    /// <summary>Makes room for more rows; the new ones are 0.</summary>
    public void Grow(int rows)
    {
        Array.Resize(ref _weights, rows * _width);
        if (_first.Length > 0) Array.Resize(ref _first, rows * _width);
        if (_second.Length > 0) Array.Resize(ref _second, rows * _width);
        Array.Resize(ref _steps, rows);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_weights);
        Array.Clear(_first);
        Array.Clear(_second);
        Array.Clear(_steps);
    }

    /// <summary>Reads or writes the weights; the number of rows may change by it.</summary>
    public void Transfer(Archive archive, int rowsMax = IClassifier.ClassesMax)
    {
        archive.Array(ref _weights);
        var rows = _weights.Length / _width;
        archive.Require(rows >= 1 && rows <= rowsMax && rows * _width == _weights.Length, "its weights do not fit its features");
        archive.Array(ref _first, _options.Method == StepMethod.Sgd ? 0 : _weights.Length);
        archive.Array(ref _second, _options.Method is StepMethod.Adam or StepMethod.Ftrl ? _weights.Length : 0);
        archive.Array(ref _steps, rows);
    }

    Span<double> Slice(double[] state, int row) => state.AsSpan(row * _width, _width);

    static void AdaGrad(Span<double> weights, ReadOnlySpan<double> input, Span<double> squares, double gradient, double rate)
    {
        for (var i = 0; i < weights.Length; i += Lanes.Count)
        {
            var g = Lanes.At(input, i) * gradient;
            var sum = Lanes.At(squares, i) + g * g;
            Lanes.Put(sum, squares, i);
            Lanes.Put(Lanes.At(weights, i) - g * rate / (Vector512.Sqrt(sum) + Vector512.Create(Tiny)), weights, i);
        }
    }

    static void Adam(Span<double> weights, ReadOnlySpan<double> input, Span<double> means, Span<double> squares, double gradient, double rate, double scale)
    {
        for (var i = 0; i < weights.Length; i += Lanes.Count)
        {
            var g = Lanes.At(input, i) * gradient;
            var mean = Lanes.At(means, i) * Decay1 + g * (1 - Decay1);
            var square = Lanes.At(squares, i) * Decay2 + g * g * (1 - Decay2);
            Lanes.Put(mean, means, i);
            Lanes.Put(square, squares, i);
            Lanes.Put(Lanes.At(weights, i) - mean * rate / (Vector512.Sqrt(square * scale) + Vector512.Create(Tiny)), weights, i);
        }
    }

    static void Ftrl(Span<double> weights, ReadOnlySpan<double> input, Span<double> squares, Span<double> sums, double gradient, double rate, double l1, double l2)
    {
        for (var i = 0; i < weights.Length; i += Lanes.Count)
        {
            var g = Lanes.At(input, i) * gradient;
            var before = Lanes.At(squares, i);
            var after = before + g * g;
            var root = Vector512.Sqrt(after);
            var z = Lanes.At(sums, i) + g - (root - Vector512.Sqrt(before)) / rate * Lanes.At(weights, i);
            Lanes.Put(after, squares, i);
            Lanes.Put(z, sums, i);
            var over = Vector512.Max(Vector512.Abs(z) - Vector512.Create(l1), Vector512<double>.Zero);
            Lanes.Put(-Vector512.CopySign(over, z) / ((Vector512<double>.One + root) / rate + Vector512.Create(l2)), weights, i);
        }
    }

    static void Shrink(Span<double> weights, double factor, double amount)
    {
        for (var i = 0; i < weights.Length; i += Lanes.Count)
        {
            var w = Lanes.At(weights, i) * factor;
            Lanes.Put(Vector512.CopySign(Vector512.Max(Vector512.Abs(w) - Vector512.Create(amount), Vector512<double>.Zero), w), weights, i);
        }
    }
}
