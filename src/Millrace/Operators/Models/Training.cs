using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Learning;
using Millrace.Planning;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Operators.Models;

/// <summary>A model while it learns, and how it is kept in checkpoints: an image, and the rows that it has learned since.</summary>
/// <remarks>
/// An image is as large as the model, and every commit is a checkpoint; so a checkpoint holds the rows learned since the one before, and a new image only when the rows since the last one have become as many bytes
/// as that: in all at most twice the rows are written, and at most as many rows as an image has bytes are learned again when a run goes on. That gives the very same model, because models are deterministic.
/// </remarks>
sealed class Training(ModelDefinition definition, Schema schema, bool testsAlways, OperatorContext context) : IDisposable
{
    const long MeasureAtLeast = 1024;

    readonly StateWriter _log = new(), _image = new();
    readonly RowImage _row = new();
    readonly List<(long Number, byte[] Rows)> _loaded = [];
    readonly double[] _targets = new double[context.Memory.BatchRows];
    TrainedModel? _model; // a lane to which no row comes has none
    FeatureRows? _features;
    Batch? _batch;
    long _entries, _loggedBytes, _imageBytes;
    long _charged, _measureAt = MeasureAtLeast;
    bool _needsImage = true, _hasLearned;

    /// <summary>The model.</summary>
    public TrainedModel Model => _model ??= new(definition);

    /// <summary>Begins with a batch of rows.</summary>
    public void Read(Batch batch)
    {
        _batch = batch;
        _features ??= Model.FeaturesOf(definition.Features);
        _features.Read(batch);
        if (definition.Kind.Answer == ModelAnswer.Number) FeatureRows.Numbers(batch[definition.Target], batch.RowCount, _targets);
    }

    /// <summary>Tests the model on a row of the batch, then lets it learn the row.</summary>
    /// <returns>What it said of the row before.</returns>
    public Answer Learn(int row)
    {
        if (!_needsImage)
        {
            _log.WriteBytes(_row.Write(_batch!, row));
            if (_loggedBytes + _log.Length > _imageBytes)
            {
                _needsImage = true;
                _log.Clear();
            }
        }
        return LearnUnlogged(row);
    }

    Answer LearnUnlogged(int row)
    {
        var said = testsAlways || definition.Kind.Answer != ModelAnswer.Class ? Model.Ask(_features!.Of(row, learns: false)) : Answer.None;
        var target = definition.Kind.Answer switch
        {
            ModelAnswer.Class => Model.LabelOf(_batch![definition.Target], row),
            ModelAnswer.Number => _targets[row],
            _ => 0,
        };
        Model.Learn(_features!.Of(row, learns: true), target, said);
        _hasLearned = true;
        if (Model.Rows >= _measureAt) Measure();
        return said;
    }

    void Measure()
    {
        _measureAt = Math.Max(MeasureAtLeast, Model.Rows * 2);
        var size = Model.MemorySize;
        context.Owner.Charge(size - _charged);
        _charged = size;
    }

    /// <summary>Writes what was learned since.</summary>
    public void Save(StateSaver saver, long part)
    {
        if (!_hasLearned) return;
        _hasLearned = false;
        saver.BeginPart(part);
        if (!_needsImage)
        {
            Key(saver.BeginEntry(), ++_entries);
            saver.BeginValue().WriteRaw(_log.Written);
            saver.EndEntry();
            _loggedBytes += _log.Length;
            _log.Clear();
            return;
        }
        for (; _entries > 0; _entries--)
        {
            Key(saver.BeginEntry(), _entries);
            saver.EndGone();
        }
        _image.Clear();
        Model.Save(_image);
        Key(saver.BeginEntry(), 0);
        saver.BeginValue().WriteRaw(_image.Written);
        saver.EndEntry();
        (_imageBytes, _loggedBytes, _needsImage) = (_image.Length, 0, false);
        _image.Clear();
        Measure();
    }

    static void Key(StateWriter writer, long number)
    {
        writer.Write(Hash64.Null);
        writer.Write(number);
    }

    /// <summary>Reads back an entry.</summary>
    public void Load(ref StateReader reader)
    {
        _ = reader.Read<ulong>();
        var number = reader.Read<long>();
        _loaded.Add((number, reader.ReadRest().ToArray()));
    }

    /// <summary>All entries are there: makes the model of them.</summary>
    public void EndLoad()
    {
        if (_loaded.Count == 0) return;
        _loaded.Sort((a, b) => a.Number.CompareTo(b.Number));
        foreach (var (number, bytes) in _loaded)
        {
            if (number == 0)
            {
                var reader = new StateReader(bytes);
                try
                {
                    Model.Load(ref reader);
                }
                catch (ModelFormatException error)
                {
                    throw new InvalidDataException($"The model '{definition.Name}' cannot be read back: {error.Message}", error);
                }
                (_imageBytes, _needsImage) = (bytes.Length, false);
            }
            else
            {
                LearnAgain(bytes);
                _loggedBytes += bytes.Length;
                _entries = Math.Max(_entries, number);
            }
        }
        _loaded.Clear();
        _hasLearned = false;
        Measure();
    }

    void LearnAgain(byte[] rows)
    {
        var reader = new StateReader(rows);
        while (reader.Remaining > 0)
        {
            var batch = context.Memory.RentBatch(schema);
            foreach (var field in schema.Fields) batch.Add(context.Memory.Rent(field.Type));
            while (reader.Remaining > 0 && batch.RowCount < context.Memory.BatchRows) RowImage.Append(reader.ReadBytes(), batch);
            Read(batch);
            for (var row = 0; row < batch.RowCount; row++) LearnUnlogged(row);
            batch.Release();
        }
    }

    public void Dispose()
    {
        context.Owner.Charge(-_charged);
        _charged = 0;
    }
}
