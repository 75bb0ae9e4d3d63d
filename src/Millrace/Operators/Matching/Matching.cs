using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Operators.Matching;

/// <summary>Rows, attempts and the aggregates over what attempts have taken: what conditions read while a match is looked for.</summary>
sealed class Matching : IDisposable
{
    readonly List<AggregateCall> _calls = [];
    readonly List<OneRow> _arguments = []; // of the calls
    readonly OneRow _results; // of the calls, one group each
    readonly Navigation _navigation;
    readonly int[] _group = new int[1];

    public Matching(MatchRecognize node, OperatorContext context)
    {
        (Node, Context) = (node, context);
        Rows = new(node.Input.Schema, node.Order[0].Column, context.Memory, context.Owner);
        foreach (var item in node.Pattern.SelectMany(e => e.Items))
            if (item.Call is { } call && IndexOf(item) < 0)
            {
                _calls.Add(call);
                _arguments.Add(Arguments(call));
                Aggregated.Add(item);
            }
        _results = new([.. _calls.Select(c => c.Signature.Result)], context.Memory);
        Attempts = new(node.Pattern.Length, _calls, context.Owner);
        _navigation = new(Rows, Attempts);
    }

    public MatchRecognize Node { get; }
    public OperatorContext Context { get; }
    public RowStore Rows { get; }
    public Attempts Attempts { get; }

    /// <summary>The aggregates that conditions ask for, in the order of their states.</summary>
    public List<PatternItem> Aggregated { get; } = [];

    /// <summary>The row that an item means, or -1.</summary>
    public int RowOf(PatternItem item, int attempt, int start, int end) => _navigation.RowOf(item, attempt, start, end);

    /// <summary>Counts a row that a variable has taken into the aggregates of an attempt.</summary>
    public void Count(int attempt, int variable, int row)
    {
        for (var i = 0; i < Aggregated.Count; i++)
        {
            if (Aggregated[i].Variable >= 0 && Aggregated[i].Variable != variable) continue;
            Add(Attempts.States[i], _calls[i], _arguments[i], attempt, row);
        }
    }

    /// <summary>Room for the arguments of a call.</summary>
    public OneRow Arguments(AggregateCall call) => new([.. call.Arguments.Select(a => Node.Input.Schema[a].Type)], Context.Memory);

    /// <summary>Counts a row into a group of some states.</summary>
    public void Add(AggregateStates states, AggregateCall call, OneRow arguments, int group, int row)
    {
        for (var i = 0; i < call.Arguments.Length; i++) Rows.Columns[call.Arguments[i]].Append(row, arguments.Empty(i));
        _group[0] = group;
        states.Add(arguments.Columns, [], _group, []);
    }

    /// <summary>The place of an aggregate of a condition among all of them.</summary>
    public int IndexOf(PatternItem item) => Aggregated.FindIndex(a => a.Variable == item.Variable && AggregateCall.AreSame(a.Call!, item.Call!));

    /// <summary>The value of an aggregate of a condition, the one row of a column that holds until the next one is asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Column Result(int index, int attempt)
    {
        var column = _results.Empty(index);
        _group[0] = attempt;
        Attempts.States[index].AppendResults(_group, column);
        return column;
    }

    /// <summary>Appends the value of an item of a condition to a column.</summary>
    public void Append(PatternItem item, in Taken taken, Column to)
    {
        if (item.Kind == PatternItemKind.Aggregate)
        {
            to.AppendFrom(Result(IndexOf(item), taken.Attempt), 0);
            return;
        }
        var slot = RowOf(item, taken.Attempt, taken.Start, taken.Row);
        if (slot < 0) to.AppendNull();
        else Rows.Columns[item.Column].Append(slot, to);
    }

    public void Dispose()
    {
        foreach (var arguments in _arguments) arguments.Dispose();
        _results.Dispose();
        Rows.Dispose();
        Attempts.Dispose();
    }
}
