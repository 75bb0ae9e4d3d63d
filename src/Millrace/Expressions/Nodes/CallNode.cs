using System.Diagnostics;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Expressions.Nodes;

/// <summary>A function or a conversion. Its errors say which expression they arose in.</summary>
internal sealed class CallNode(IScalarKernel kernel, Node[] arguments, Func<string> text, MemoryAccountant memory) : Node
{
    readonly Column[] _columns = new Column[Math.Max(1, arguments.Length)];
    readonly RowErrors _errors = new(memory.BatchRows);
    string? _where;

    public override Column Run(Batch batch, RowErrors errors)
    {
        for (var i = 0; i < arguments.Length; i++) _columns[i] = arguments[i].Run(batch, errors);
        // A function without arguments still needs to know where columns come from.
        if (arguments.Length == 0) _columns[0] = NullCast.Nulls(memory, DataType.Null, batch.RowCount);
        var result = kernel.Run(_columns, batch.RowCount, _errors);
        Debug.Assert(result.Length == batch.RowCount);
        foreach (var column in _columns) column.Release();
        if (_errors.Any)
        {
            errors.TakeFrom(_errors, _where ??= " in " + text());
            _errors.Clear();
        }
        return result;
    }

    public override void Dispose()
    {
        foreach (var argument in arguments) argument.Dispose();
        (kernel as IDisposable)?.Dispose();
    }
}
