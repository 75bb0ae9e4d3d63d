using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Planning;

public static partial class PlanBuilder
{
    /// <summary>Finds a pattern of rows.</summary>
    /// <param name="input">Its rows, with nothing in them that is not read (what is not could still decide ties).</param>
    /// <param name="partition">Columns that partition it.</param>
    /// <param name="order">The order; first a TIMESTAMP column that <see cref="LagOf"/> knows, ascending. In ad-hoc queries any TIMESTAMP column.</param>
    /// <param name="pattern">The variables.</param>
    /// <param name="items">What is told of a match, and the names of its columns.</param>
    /// <param name="skip">Where the search goes on after a match.</param>
    /// <param name="skipTo">The variable of <see cref="SkipMode.ToFirst"/> and <see cref="SkipMode.ToLast"/>, or -1.</param>
    /// <param name="withinMicroseconds">Rows of a match come in less than so much time after its first; null = no limit.</param>
    /// <param name="view">Name of the view, for late rows and messages.</param>
    /// <param name="late">Policy of the source below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode MatchRecognize(PlanNode input, ImmutableArray<int> partition, ImmutableArray<SortKey> order, ImmutableArray<PatternElement> pattern,
        IReadOnlyList<(PatternItem Item, string Name)> items, SkipMode skip, int skipTo, long? withinMicroseconds, string view, LatePolicy late, string where = "")
    {
        var time = order[0].Column;
        var fields = partition.Select(p => input.Schema[p]).Concat(items.Select(i => new Field(i.Name, i.Item.Type)));
        // A match may be told as late as its first row can still be waited for; without a limit nothing is known.
        var times = withinMicroseconds is not { } within ? []
            : items.Select((i, at) => (i.Item, At: partition.Length + at)).Where(i => i.Item.Kind is PatternItemKind.Last or PatternItemKind.First && i.Item.Column == time)
                .Select(i => new EventTime(i.At, within)).ToImmutableArray();
        return new MatchRecognize
        {
            Schema = new Schema(fields),
            Input = Delay(input, LagOf(input, time) ?? 0),
            Partition = partition,
            Order = order,
            Pattern = pattern,
            Items = [.. items.Select(i => i.Item)],
            Skip = skip,
            SkipTo = skipTo,
            WithinMicroseconds = withinMicroseconds,
            View = view,
            Late = late,
            Times = times,
            Where = where,
        };
    }
}
