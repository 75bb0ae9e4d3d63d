using System.Diagnostics;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Aggregate;

/// <summary>ARG_MIN(x, y).</summary>
internal sealed class ArgMin() : ArgExtreme("arg_min", "arg_min(x, y)", "The x of the row with the least y; of several the least x. Rows in which x or y is NULL are skipped; NULL for an empty group.", isGreatest: false,
    ("SELECT arg_min(x, y) FROM (VALUES ('a', 3), ('b', 1), (NULL, 0)) AS t(x, y)", "b"))
{
    public override IReadOnlyList<string> Aliases => ["min_by"];
}

/// <summary>ARG_MAX(x, y).</summary>
internal sealed class ArgMax() : ArgExtreme("arg_max", "arg_max(x, y)", "The x of the row with the greatest y; of several the least x. Rows in which x or y is NULL are skipped; NULL for an empty group.", isGreatest: true,
    ("SELECT arg_max(x, y) FROM (VALUES ('c', 3), ('a', 3), ('b', 1)) AS t(x, y)", "a"))
{
    public override IReadOnlyList<string> Aliases => ["max_by"];
}

/// <summary>A value of the row that is the first by another value.</summary>
internal abstract class ArgExtreme(string name, string syntax, string summary, bool isGreatest, (string Sql, string Result) example) : OverRows(name, syntax, summary, [example])
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => arguments.Length == 2 ? Form(Known(arguments[0]), Known(arguments[0]), Known(arguments[1])) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        FirstRow.States(RowForm.Of(signature, [1, 0], [isGreatest, false], [0, 1]), memory, retracts);
}

/// <summary>The first row of a group and one of its values: all rows are kept where they can be taken back, else the first.</summary>
static class FirstRow
{
    public static AggregateStates States(RowForm form, MemoryOwner memory, bool retracts) => retracts ? new Kept(form, memory) : new FirstRowStates(form, memory);

    sealed class Kept(RowForm form, MemoryOwner memory) : RowSetStates(form, memory)
    {
        readonly ByteBuffer _scratch = new();

        protected override void Append(OrderedRows rows, Column results) => Form.AppendLast(rows[0], _scratch, results);
    }
}

/// <summary>The first row of each group, where no rows are taken back.</summary>
sealed class FirstRowStates(RowForm form, MemoryOwner memory) : AggregateStates
{
    readonly ByteBuffer _bytes = new();
    readonly TextStates<LeastText> _rows = new(memory);

    public override void EnsureGroups(int count) => _rows.EnsureGroups(count);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        Debug.Assert(!weights.ContainsAnyInRange(int.MinValue, -1), "rows are taken back although nobody announced it");
        for (var i = 0; i < groups.Length; i++)
            if (form.TryRead(arguments, rows.IsEmpty ? i : rows[i], _bytes)) _rows.Offer(groups[i], _bytes.Written);
    }

    public override void Merge(int group, AggregateStates other, int otherGroup) => _rows.Merge(group, ((FirstRowStates)other)._rows, otherGroup);
    public override void Reset(int group) => _rows.Reset(group);

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        foreach (var group in groups)
        {
            if (_rows.TryGet(group, out var row)) form.AppendLast(row, _bytes, results);
            else results.AppendNull();
        }
    }

    public override void Save(int group, StateWriter writer) => _rows.Save(group, writer);
    public override void Load(int group, ref StateReader reader) => _rows.Load(group, ref reader);
    public override void Dispose() => _rows.Dispose();
}

/// <summary>STRING_AGG(x, separator [ORDER BY y]).</summary>
internal sealed class StringAggregate() : OverRows("string_agg", "string_agg([DISTINCT] x [, separator] [ORDER BY y])",
    "The texts of a group one after the other with a separator between them (a comma unless given); NULL for an empty group. Equal y stand in the order of x, and without ORDER BY x itself is the order, so the answer is always the same. With DISTINCT the order is that of x.",
    [("SELECT string_agg(x, '-') FROM (VALUES ('b'), ('a'), (NULL), ('b')) AS t(x)", "a-b-b"), ("SELECT string_agg(x, '' ORDER BY y DESC) FROM (VALUES ('m', 1), ('r', 2)) AS t(x, y)", "rm"),
        ("SELECT listagg(DISTINCT x, ', ') WITHIN GROUP (ORDER BY x) FROM (VALUES ('b'), ('a'), ('b')) AS t(x)", "a, b")])
{
    string _separator = ",";
    bool[] _descending = [];

    public override IReadOnlyList<string> Aliases => ["listagg"];
    public override IReadOnlyList<int> ConstantArguments => [1];
    public override AggregateOrder Order => AggregateOrder.Either;

    public override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct)
    {
        if (distinct && descending.Count > 1) throw new ArgumentException("with DISTINCT the one expression of ORDER BY is x itself");
        return new StringAggregate { _separator = constants is [var one] ? one.Value as string ?? "" : ",", _descending = [.. descending] };
    }

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct)
    {
        if (arguments.Length != 1 + _descending.Length) return null;
        var parameters = new DataType[arguments.Length];
        parameters[0] = DataType.Text;
        for (var i = 1; i < parameters.Length; i++) parameters[i] = Known(arguments[i]);
        return new([.. parameters], DataType.Text);
    }

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts)
    {
        // Rows are x after what they are ordered by; copies of DISTINCT are seen by their count.
        var isByItself = distinct || _descending.Length == 0;
        int[] arguments = isByItself ? [0] : [.. Enumerable.Range(1, _descending.Length), 0];
        bool[] descending = isByItself ? [_descending is [true, ..]] : [.. _descending, false];
        return new Joined(RowForm.Of(signature, arguments, descending, [0]), System.Text.Encoding.UTF8.GetBytes(_separator), distinct, memory);
    }

    sealed class Joined(RowForm form, byte[] separator, bool isDistinct, MemoryOwner memory) : RowSetStates(form, memory)
    {
        readonly ByteBuffer _all = new();
        readonly ByteBuffer _scratch = new();

        protected override void Append(OrderedRows rows, Column results)
        {
            _all.Clear();
            for (var i = 0; i < rows.Count; i++)
            {
                var text = results.Home.RentText(DataType.Text);
                Form.AppendLast(rows[i], _scratch, text);
                for (var copies = isDistinct ? 1 : rows.CopiesOf(i); copies > 0; copies--)
                {
                    if (_all.Length + (long)text[0].Length + separator.Length > Utf8Text.MaxBytes) throw Long(text);
                    if (_all.Length > 0 || i > 0 || copies < rows.CopiesOf(i) && !isDistinct) _all.Append(separator);
                    _all.Append(text[0]);
                }
                text.Release();
            }
            ((TextColumn)results).Append(_all.Written);
        }

        static OverflowException Long(TextColumn text)
        {
            text.Release();
            return new($"STRING_AGG gives more than {Utf8Text.MaxBytes} bytes. Group more finely, or take fewer rows with FILTER.");
        }
    }
}

/// <summary>An aggregate over whole rows.</summary>
internal abstract class OverRows(string name, string syntax, string summary, (string Sql, string Result)[] examples) : AggregateFunction
{
    public override string Name => name;
    public override string Syntax => syntax;
    public override string Summary => summary;
    public override bool CanRetract => true;
    public override IReadOnlyList<Example> Examples { get; } = [.. examples.Select(e => new Example(e.Sql, e.Result))];

    protected static Signature Form(DataType result, params DataType[] parameters) => new([.. parameters], result);

    /// <summary>The type of an argument; bare NULLs are TEXT.</summary>
    protected static DataType Known(DataType type) => type.Kind == TypeKind.Null ? DataType.Text : type;
}
