using Millrace.Data;
using Millrace.Functions;
using Millrace.Learning;
using Millrace.Planning;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Operators.Models;

/// <summary>A model while it learns the rows of batches; kept in checkpoints as an image and the rows learned since.</summary>
/// <param name="definition">The model.</param>
/// <param name="schema">The columns of the rows.</param>
/// <param name="testsAlways">Whether somebody wants to know what it said of each row before it learned it.</param>
/// <param name="context">Where memory comes from.</param>
sealed class Training(ModelDefinition definition, Schema schema, bool testsAlways, OperatorContext context) : IDisposable
{
    const long MeasureAtLeast = 1024;

    readonly ImageAndLog _saved = new();
    readonly RowImage _row = new();
    readonly double[] _targets = new double[context.Memory.BatchRows];
    TrainedModel? _model; // a lane to which no row comes has none
    FeatureRows? _features;
    Batch? _batch;
    long _charged, _measureAt = MeasureAtLeast;

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
        _saved.Log?.WriteBytes(_row.Write(_batch!, row));
        _saved.Changed();
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
        if (_saved.Save(saver, part, w => Model.Save(w))) Measure();
    }

    /// <summary>Reads back an entry.</summary>
    public void Load(ref StateReader reader) => _saved.Load(ref reader);

    /// <summary>All entries are there: makes the model of them.</summary>
    public void EndLoad()
    {
        if (_saved.EndLoad(Load, LearnAgain)) Measure();
    }

    void Load(byte[] image)
    {
        var reader = new StateReader(image);
        try
        {
            Model.Load(ref reader);
        }
        catch (ModelFormatException error)
        {
            throw new InvalidDataException($"The model '{definition.Name}' cannot be read back: {error.Message}", error);
        }
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
