using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sketches;

namespace Millrace.Functions.Aggregate;

/// <summary>An aggregate whose state is a sketch. It cannot take rows back.</summary>
internal abstract class SketchFunction(string name, string syntax, string summary, params (string Sql, string Result)[] examples) : OverRows(name, syntax, summary, examples)
{
    string _constants = "";

    public override bool CanRetract => false;

    /// <summary>The function with its constants: states of other sizes are other states.</summary>
    public override string ToString() => $"{Name}({_constants})";

    public sealed override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct)
    {
        if (constants.Count == 0 && descending.Count == 0) return this;
        var placed = Place(constants, descending);
        placed._constants = string.Join(", ", constants.Select(c => c.ToSql()).Concat(descending.Select(d => d ? "DESC" : "ASC")));
        return placed;
    }

    /// <summary>The function with constants and an order built in, at least one of them.</summary>
    /// <exception cref="ArgumentException">A constant is out of range.</exception>
    protected virtual SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => this;

    /// <summary>Tells the image of a group's sketch.</summary>
    protected static SketchResult<TSketch> ImageOf<TSketch>(SketchForm<TSketch> form) where TSketch : class, ISketch<TSketch> => (sketch, results) =>
    {
        if (sketch is null) results.AppendNull();
        else ((TextColumn)results).Append(form.Image(sketch));
    };
}
