using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Quality;

/// <summary>
/// changes = 'cdc': records that tell of a change of a row of a database, as Debezium writes them: op says what happened (c created, r read as it stood, u updated, d deleted),
/// before and after hold the row. Whether such a record deletes is a function of its op and key; it is not in the catalogue: only a source's plan calls it.
/// </summary>
static class ChangeRecords
{
    /// <summary>The op of a deletion.</summary>
    public const string Deletion = "d";

    /// <summary>A function of op and, for each column of the key, its value in after and in before: whether the row of the key is deleted. An unknown op and a key that is NULL are errors of the row.</summary>
    /// <param name="keys">Names of the key's columns, for messages.</param>
    public static ScalarFunction Deletes(IReadOnlyList<string> keys) => new Function(keys);

    sealed class Function(IReadOnlyList<string> keys) : ScalarFunction
    {
        public override string Name => "change_deletes";
        public override string Category => "change records";
        public override string Syntax => "changes = 'cdc'";
        public override string Summary => "Whether a change record deletes the row of its key.";
        public override IReadOnlyList<Example> Examples => [];
        public override Signature? Resolve(ReadOnlySpan<DataType> arguments) => new Signature([.. arguments], DataType.Boolean);
        public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => new Kernel(keys);
    }

    sealed class Kernel(IReadOnlyList<string> keys) : IScalarKernel
    {
        public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
        {
            var ops = (TextColumn)arguments[0];
            var result = (Column<byte>)ops.Home.Rent(DataType.Boolean);
            result.Length = rows;
            var values = result.Values;
            for (var row = 0; row < rows; row++)
            {
                var op = ops.IsNull(row) ? [] : ops[row];
                var deletes = op.SequenceEqual("d"u8);
                values[row] = deletes ? (byte)1 : (byte)0;
                if (!deletes && !(op.Length == 1 && op[0] is (byte)'c' or (byte)'r' or (byte)'u')) errors.Report(row, NoOp(op));
            }
            for (var key = 0; key < keys.Count; key++)
            {
                var (after, before) = (arguments[2 * key + 1], arguments[2 * key + 2]);
                if (!after.HasNulls && !before.HasNulls) continue;
                for (var row = 0; row < rows; row++)
                {
                    var deletes = values[row] != 0;
                    if ((deletes ? before : after).IsNull(row)) errors.Report(row, deletes ? $"op is 'd', but before has no {keys[key]}" : $"op is not 'd', but after has no {keys[key]}");
                }
            }
            return result;
        }

        static string NoOp(ReadOnlySpan<byte> op) =>
            op.IsEmpty ? "no op; c, r, u or d was expected"
            : op.SequenceEqual("t"u8) ? "op 't' empties the whole table and names no rows; it cannot be followed"
            : $"op '{System.Text.Encoding.UTF8.GetString(op)}' is none of c, r, u and d";
    }
}
