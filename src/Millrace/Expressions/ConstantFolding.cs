using Millrace.Data;

namespace Millrace.Expressions;

/// <summary>Computes parts of an expression that do not depend on the row. A part that fails stays as it is: its error belongs to the rows that reach it.</summary>
public static class ConstantFolding
{
    /// <summary>The expression with its constant parts computed; the same object where there are none.</summary>
    public static Expression Fold(Expression expression)
    {
        var folded = expression.WithParts(Fold);
        return folded switch
        {
            Literal or ColumnReference => folded,
            Call { Function.IsDeterministic: false } => folded,
            _ when folded.Parts().All(p => p is Literal) => Compute(folded),
            Logical logical => Simplify(logical),
            _ => folded,
        };
    }

    /// <summary>The literal that an expression without columns is, or the expression itself if it fails.</summary>
    static Expression Compute(Expression expression)
    {
        var memory = new MemoryAccountant(batchRows: 1);
        using var evaluator = Evaluator.CompileAsIs([expression], memory);
        var batch = memory.RentBatch(Schema.Empty);
        batch.RowCount = 1;
        var errors = new RowErrors(1);
        var column = evaluator.Evaluate(batch, errors);
        var result = errors.Any ? expression : Literals.Of(column, 0, expression.Type);
        column.Release();
        batch.Release();
        return result;
    }

    // A leading constant condition decides or drops out. Later ones stay: what stands before them may fail.
    static Expression Simplify(Logical logical)
    {
        if (logical.Conditions[0] is not Literal { Value: bool value }) return logical;
        if (value != logical.IsAnd) return logical.Conditions[0];
        return logical.Conditions.Length == 2 ? logical.Conditions[1] : Fold(new Logical(logical.IsAnd, logical.Conditions[1..]));
    }
}
