using System.Diagnostics;
using Millrace.Data;
using Millrace.Expressions.Kernels;
using Millrace.Expressions.Nodes;

namespace Millrace.Expressions;

/// <summary>Expressions made ready to run over batches of one schema.</summary>
/// <remarks>
/// All rows of a batch are computed, column by column; equal parts of the expressions are computed once. One thread at a time. Constants and what kernels
/// remember are kept from batch to batch, so nothing is allocated in the steady state: dispose the evaluator to give them back.
/// </remarks>
/// <example>
/// <code>
/// using var evaluator = Evaluator.Compile(expression, memory);
/// var column = evaluator.Evaluate(batch, errors);   // release it when done
/// </code>
/// </example>
public sealed class Evaluator : IDisposable
{
    readonly Node[] _roots;
    readonly List<ConstantNode> _constants;
    readonly List<SharedNode> _shared;
    readonly ConstantTexts _texts;
    bool _isDisposed;

    Evaluator(Node[] roots, List<ConstantNode> constants, List<SharedNode> shared, ConstantTexts texts) =>
        (_roots, _constants, _shared, _texts) = (roots, constants, shared, texts);

    /// <summary>Makes one expression ready.</summary>
    /// <param name="expression">The expression; constants in it are folded.</param>
    /// <param name="memory">Where results and constants come from.</param>
    public static Evaluator Compile(Expression expression, MemoryAccountant memory) => Compile([expression], memory);

    /// <summary>Makes several expressions over the same input ready.</summary>
    public static Evaluator Compile(IReadOnlyList<Expression> expressions, MemoryAccountant memory) =>
        CompileAsIs([.. expressions.Select(ConstantFolding.Fold)], memory);

    internal static Evaluator CompileAsIs(IReadOnlyList<Expression> expressions, MemoryAccountant memory)
    {
        var compiler = new Compiler(memory);
        foreach (var expression in expressions) compiler.Count(expression);
        return new([.. expressions.Select(compiler.Compile)], compiler.Constants, compiler.Shared, compiler.Texts);
    }

    /// <summary>Number of expressions.</summary>
    public int Count => _roots.Length;

    /// <summary>Computes the one expression.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="errors">Where rows that failed are reported; their value is NULL or arbitrary.</param>
    /// <returns>A column with one reference for the caller; a column of the batch itself where the expression is just that.</returns>
    public Column Evaluate(Batch batch, RowErrors errors)
    {
        Debug.Assert(_roots.Length == 1);
        var result = _roots[0].Run(batch, errors);
        Finish(result);
        Reset();
        return result;
    }

    /// <summary>Computes all expressions.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="errors">Where rows that failed in any of them are reported.</param>
    /// <param name="results">Takes a column for each expression, each with one reference for the caller.</param>
    public void Evaluate(Batch batch, RowErrors errors, Span<Column> results)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(results.Length, _roots.Length);
        for (var i = 0; i < _roots.Length; i++) results[i] = _roots[i].Run(batch, errors);
        for (var i = 0; i < _roots.Length; i++) Finish(results[i]);
        Reset();
    }

    /// <summary>Finds the rows in which the one expression, a condition, is true.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="rows">Takes the row indexes, in order; as long as the batch has rows.</param>
    /// <param name="errors">Where rows that failed are reported; they are not among the found.</param>
    /// <returns>How many were found.</returns>
    public int Select(Batch batch, Span<int> rows, RowErrors errors)
    {
        Debug.Assert(_roots.Length == 1);
        var condition = (Column<byte>)_roots[0].Run(batch, errors);
        var count = Masks.Indexes(condition.Values, condition.HasNulls ? condition.Validity : default, rows);
        condition.Release();
        Reset();
        if (!errors.Any) return count;
        var kept = 0;
        for (var i = 0; i < count; i++)
            if (!errors.Has(rows[i])) rows[kept++] = rows[i];
        return kept;
    }

    /// <summary>Gives back what was kept.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        foreach (var root in _roots) root.Dispose();
        _texts.Dispose();
    }

    void Finish(Column result)
    {
        foreach (var constant in _constants) constant.GiveAway(result);
    }

    void Reset()
    {
        foreach (var shared in _shared) shared.Reset();
    }

    sealed class Compiler(MemoryAccountant memory)
    {
        readonly Dictionary<Expression, int> _uses = [];
        readonly Dictionary<Expression, Node> _known = [];

        public List<ConstantNode> Constants { get; } = [];
        public List<SharedNode> Shared { get; } = [];
        public ConstantTexts Texts { get; } = new();

        /// <summary>Counts how often each part stands in the expressions; parts of a shared part count once.</summary>
        public void Count(Expression expression)
        {
            if (expression is ColumnReference or Literal) return;
            var uses = _uses.GetValueOrDefault(expression);
            _uses[expression] = uses + 1;
            if (uses > 0) return;
            foreach (var part in expression.Parts()) Count(part);
        }

        public Node Compile(Expression expression)
        {
            if (expression is ColumnReference or Literal || _uses[expression] == 1 || !expression.IsDeterministic()) return Make(expression);
            if (_known.TryGetValue(expression, out var known)) return known;
            var shared = new SharedNode(Make(expression), memory);
            Shared.Add(shared);
            return _known[expression] = shared;
        }

        Node Make(Expression expression)
        {
            switch (expression)
            {
                case ColumnReference column: return new ColumnNode(column.Index);
                case Literal literal:
                    var constant = new ConstantNode(literal, Texts, memory);
                    Constants.Add(constant);
                    return constant;
                case Call call:
                    var constants = call.Arguments.Select(a => a as Literal).ToArray();
                    var signature = new Functions.Signature([.. call.Arguments.Select(a => a.Type)], call.Type);
                    return new CallNode(call.Function.Compile(signature, constants), Make(call.Arguments), call.ToSql, memory);
                case Cast cast:
                    return new CallNode(Casts.Compile(cast.Operand.Type, cast.Type, cast.Soft), [Compile(cast.Operand)], cast.ToSql, memory);
                case Logical logical: return new LogicalNode(logical.IsAnd, Make(logical.Conditions), memory);
                case Not not: return new NotNode(Compile(not.Operand), memory);
                case IsNull isNull: return new IsNullNode(Compile(isNull.Operand), memory);
                case NotDistinct same: return new NotDistinctNode(Compile(same.Left), Compile(same.Right), same.Left.Type, memory);
                case Case choice:
                    return new CaseNode(Make(choice.Whens.Select(w => w.Condition)), Make(choice.Whens.Select(w => w.Result)), Compile(choice.Else), choice.Type, memory);
                default: throw new UnreachableException(expression.GetType().Name);
            }
        }

        Node[] Make(IEnumerable<Expression> parts) => [.. parts.Select(Compile)];
    }
}
