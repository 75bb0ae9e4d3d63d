using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Operators.Matching;

/// <summary>Rows, attempts and the aggregates over what attempts have taken: what conditions read while a match is looked for.</summary>
sealed class Matching : IDisposable
{
    readonly List<AggregateCall> _calls = [];
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
                Aggregated.Add(item);
            }
        Attempts = new(node.Pattern.Length, _calls, context.Owner);
        _navigation = new(Rows, Attempts);
    }

    public MatchRecognize Node { get; }
    public OperatorContext Context { get; }
    public RowStore Rows { get; }
    public Attempts Attempts { get; }

    /// <summary>The aggregates that conditions ask for, in the order of their states.</summary>
    public List<PatternItem> Aggregated { get; } = [];

    int IndexOf(PatternItem item) => Aggregated.FindIndex(a => a.Variable == item.Variable && AggregateCall.AreSame(a.Call!, item.Call!));

    /// <summary>The row that an item means, or -1.</summary>
    public int RowOf(PatternItem item, int attempt, int start, int end) => _navigation.RowOf(item, attempt, start, end);

    /// <summary>Counts a row that a variable has taken into the aggregates of an attempt.</summary>
    public void Count(int attempt, int variable, int row)
    {
        for (var i = 0; i < Aggregated.Count; i++)
        {
            if (Aggregated[i].Variable >= 0 && Aggregated[i].Variable != variable) continue;
            Add(Attempts.States[i], _calls[i], attempt, row);
        }
    }

    /// <summary>Counts a row into a group of some states.</summary>
    public void Add(Functions.AggregateStates states, AggregateCall call, int group, int row)
    {
        var arguments = new Column[call.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Context.Memory.Rent(Node.Input.Schema[call.Arguments[i]].Type);
            Rows.Columns[call.Arguments[i]].Append(row, arguments[i]);
        }
        _group[0] = group;
        states.Add(arguments, [], _group, []);
        foreach (var argument in arguments) argument.Release();
    }

    /// <summary>Appends the value of an item of a condition to a column.</summary>
    public void Append(PatternItem item, int attempt, int start, int row, Column to)
    {
        if (item.Kind == PatternItemKind.Aggregate)
        {
            _group[0] = attempt;
            Attempts.States[IndexOf(item)].AppendResults(_group, to);
            return;
        }
        var slot = RowOf(item, attempt, start, row);
        if (slot < 0) to.AppendNull();
        else Rows.Columns[item.Column].Append(slot, to);
    }

    public void Dispose()
    {
        Rows.Dispose();
        Attempts.Dispose();
    }
}
