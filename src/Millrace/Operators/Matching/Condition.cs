using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Operators.Matching;

/// <summary>What a row must fulfil to be taken by a variable: parts of an AND, of which the first that is not true decides.</summary>
sealed class Condition : IDisposable
{
    readonly ICondition[] _parts;

    /// <param name="place">The variable's place in the pattern.</param>
    /// <param name="element">The variable.</param>
    /// <param name="matching">What its condition reads.</param>
    public Condition(int place, PatternElement element, Matching matching)
    {
        var parts = element.Condition switch
        {
            null => [],
            Logical { IsAnd: true } all => all.Conditions.ToArray(),
            var one => [one],
        };
        _parts = [.. parts.Select(p => Part(p, place, element.Items, matching))];
    }

    // What concerns the row at hand alone was computed below, for whole batches at once.
    static ICondition Part(Expression condition, int place, ImmutableArray<PatternItem> items, Matching matching) =>
        new RowValues(place, items, matching).Condition(ConstantFolding.Fold(condition)) is { } rows
            ? new RowByRow(rows, () => new Evaluated(condition, items, matching)) : new Evaluated(condition, items, matching);

    /// <summary>Whether the last row of an attempt may be taken by the variable that took it.</summary>
    public bool Holds(in Taken taken)
    {
        foreach (var part in _parts)
            if (!part.Holds(taken)) return false;
        return true;
    }

    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }
}

/// <summary>A part of a condition.</summary>
interface ICondition : IDisposable
{
    /// <summary>Whether it is true.</summary>
    bool Holds(in Taken taken);
}

/// <summary>A condition that is computed without batches; where that fails columns say why.</summary>
sealed class RowByRow(RowValue<byte> condition, Func<Evaluated> columns) : ICondition
{
    Evaluated? _columns;

    public bool Holds(in Taken taken) => condition.Get(taken, out var holds) switch
    {
        Answer.Value => holds != 0,
        Answer.Null => false,
        _ => (_columns ??= columns()).Holds(taken),
    };

    public void Dispose() => _columns?.Dispose();
}

/// <summary>Any expression, evaluated over a batch of one row that holds what it reads.</summary>
sealed class Evaluated : ICondition
{
    readonly Matching _matching;
    readonly Evaluator _evaluator;
    readonly PatternItem[] _items;
    readonly Schema _schema;
    readonly RowErrors _errors = new(1);
    readonly int[] _found = new int[1];

    public Evaluated(Expression condition, ImmutableArray<PatternItem> items, Matching matching)
    {
        _matching = matching;
        var used = new List<int>();
        _evaluator = Evaluator.Compile(Renumber(condition, used), matching.Context.Memory);
        _items = [.. used.Select(i => items[i])];
        _schema = new Schema(_items.Select((item, i) => new Field($"item{i + 1}", item.Type)));
    }

    static Expression Renumber(Expression expression, List<int> used)
    {
        if (expression is not ColumnReference column) return expression.WithParts(p => Renumber(p, used));
        if (!used.Contains(column.Index)) used.Add(column.Index);
        return column with { Index = used.IndexOf(column.Index) };
    }

    public bool Holds(in Taken taken)
    {
        var batch = _matching.Context.Memory.RentBatch(_schema);
        batch.RowCount = 1;
        foreach (var item in _items)
        {
            var column = _matching.Context.Memory.Rent(item.Type);
            _matching.Append(item, taken, column);
            batch.Add(column);
        }
        _errors.Clear();
        var holds = _evaluator.Select(batch, _found, _errors) == 1;
        if (_errors.Any) _matching.Context.Reports.Failed(batch, _errors);
        batch.Release();
        return holds;
    }

    public void Dispose() => _evaluator.Dispose();
}
