using Millrace.Learning.Images;

namespace Millrace.Learning.Preparation;

/// <summary>Transforms one behind the other, with room for what goes between them.</summary>
sealed class Steps
{
    ITransform[] _transforms;
    double[][] _rows;

    public Steps(ReadOnlySpan<ITransform> transforms)
    {
        _transforms = transforms.ToArray();
        if (_transforms.Length == 0) throw new ArgumentException("There is no transform; at least one is needed.", nameof(transforms));
        for (var i = 1; i < _transforms.Length; i++)
            if (_transforms[i].Input.Count != _transforms[i - 1].Output.Count)
                throw new ArgumentException($"Transform {i} takes {_transforms[i].Input.Count} columns, but the one before it gives {_transforms[i - 1].Output.Count}.", nameof(transforms));
        _rows = Rows();
    }

    public Steps() => (_transforms, _rows) = ([], []);

    public FeatureSet Input => _transforms[0].Input;

    public FeatureSet Output => _transforms[^1].Output;

    /// <summary>The row that comes out at the end.</summary>
    public ReadOnlySpan<double> Transform(ReadOnlySpan<double> features)
    {
        for (var i = 0; i < _transforms.Length; i++)
        {
            _transforms[i].Transform(features, _rows[i]);
            features = _rows[i];
        }
        return features;
    }

    /// <summary>Each transform learns the row as it reaches it; then it is passed on.</summary>
    public ReadOnlySpan<double> Learn(ReadOnlySpan<double> features, double target)
    {
        for (var i = 0; i < _transforms.Length; i++)
        {
            _transforms[i].Learn(features, target);
            _transforms[i].Transform(features, _rows[i]);
            features = _rows[i];
        }
        return features;
    }

    public void Reset()
    {
        foreach (var transform in _transforms) transform.Reset();
    }

    public void Transfer(Archive archive)
    {
        var count = _transforms.Length;
        archive.Value(ref count, 1, 64);
        if (archive.IsReading) _transforms = new ITransform[count];
        for (var i = 0; i < count; i++)
        {
            var kind = archive.IsReading ? "" : Kinds.NameOf(_transforms[i]);
            archive.Value(ref kind);
            if (archive.IsReading) _transforms[i] = Kinds.BlankTransform(kind);
            _transforms[i].Transfer(archive);
            archive.Require(i == 0 || _transforms[i].Input.Count == _transforms[i - 1].Output.Count, "its transforms do not fit each other");
        }
        if (archive.IsReading) _rows = Rows();
    }

    double[][] Rows() => Array.ConvertAll(_transforms, t => new double[t.Output.Count]);
}
