using Millrace.Data;
using Millrace.Expressions.Kernels;
using Millrace.Functions.Scalar;
using Millrace.Sketches;

namespace Millrace.Functions.Aggregate;

/// <summary>..._MERGE(image): one sketch of all that the sketches of a group have seen.</summary>
internal abstract class SketchMerge<TSketch>(string name, string syntax, string summary, params (string Sql, string Result)[] examples) : SketchFunction(name, syntax, summary, examples)
    where TSketch : class, ISketch<TSketch>
{
    TextFunction? _check;

    /// <summary>The kind of sketch.</summary>
    protected abstract SketchForm<TSketch> SketchForm { get; }

    /// <summary>Reads the image as the aggregate will, so that a damaged one is an error of its row.</summary>
    public override ScalarFunction Check => _check ??= new(Name, "sketches", Syntax, "The image, if it is sound.", [Form(DataType.Bytes, DataType.Bytes)], Test);

    void Test(in Row row, Outcome outcome)
    {
        try
        {
            SketchForm.FromImage(row.Text(0));
            outcome.Append(row.Text(0));
        }
        catch (SketchFormatException error)
        {
            outcome.Fail(error.Message.TrimEnd('.'));
        }
    }

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [{ Kind: TypeKind.Bytes or TypeKind.Null }] ? Form(DataType.Bytes, DataType.Bytes) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        new SketchStates<TSketch, ImageItems<TSketch>>(SketchForm, new(SketchForm), ImageOf(SketchForm), memory);
}

/// <summary>Images that are merged.</summary>
struct ImageItems<TSketch>(SketchForm<TSketch> form) : ISketchItems<TSketch> where TSketch : class, ISketch<TSketch>
{
    TextColumn? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (TextColumn)arguments[0];

    public readonly void Give(ref TSketch sketch, int row, int weight)
    {
        var added = form.FromImage(_column![row]);
        for (; weight > 0; weight--) form.Merge(ref sketch, added);
    }
}
