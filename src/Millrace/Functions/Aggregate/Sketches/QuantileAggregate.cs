using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sketches.Quantiles;

namespace Millrace.Functions.Aggregate;

/// <summary>..._AGG(x [, k]) of a sketch of quantiles.</summary>
internal abstract class QuantileAggregate<TSketch>(string name, string syntax, string summary, (string Sql, string Result) example) : SketchFunction(name, syntax, summary, example)
    where TSketch : class, IQuantileSketch<TSketch, double>
{
    /// <summary>The kind of sketch.</summary>
    protected abstract SketchForm<TSketch> SketchForm { get; }

    public override IReadOnlyList<int> ConstantArguments => [1];

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [var x] && (x.IsNumeric || x.Kind == TypeKind.Null) ? Form(DataType.Bytes, DataType.Double) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        new SketchStates<TSketch, QuantileItems<TSketch>>(SketchForm, default, ImageOf(SketchForm), memory);
}
