using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Table;

/// <summary>generate_series(from, to, step).</summary>
internal sealed class GenerateSeries() : BuiltInTable("generate_series", "generate_series(from, to [, step])",
    "The values from the first up to the last, both included, so far apart (1 unless given; down where the step is below 0). Times need a step. A step of 0 is an error.",
    ("SELECT * FROM generate_series(1, 3)", "1; 2; 3"), ("SELECT * FROM generate_series(5, 1, -2)", "5; 3; 1"),
    ("SELECT * FROM generate_series(TIMESTAMP '2024-01-31', TIMESTAMP '2024-04-01', INTERVAL '1 month')", "2024-01-31 00:00:00; 2024-02-29 00:00:00; 2024-03-31 00:00:00"))
{
    const string Column = "generate_series";

    protected override IReadOnlyList<TableSignature> Forms { get; } =
    [
        Form([(Column, DataType.Integer)], DataType.Integer, DataType.Integer), Form([(Column, DataType.Integer)], DataType.Integer, DataType.Integer, DataType.Integer),
        Form([(Column, DataType.BigInt)], DataType.BigInt, DataType.BigInt), Form([(Column, DataType.BigInt)], DataType.BigInt, DataType.BigInt, DataType.BigInt),
        Form([(Column, DataType.Timestamp)], DataType.Timestamp, DataType.Timestamp, DataType.Interval),
    ];

    public override ITableKernel Compile(TableSignature signature, IReadOnlyList<Literal?> constants) =>
        signature.Columns[0].Type.Kind == TypeKind.Timestamp ? new Times() : new Numbers();

    sealed class Numbers : ITableKernel
    {
        long _next, _last, _step;
        bool _isDone;

        public string? Begin(ReadOnlySpan<Column> arguments, int row)
        {
            (_next, _last, _step) = (Value(arguments[0], row), Value(arguments[1], row), arguments.Length > 2 ? Value(arguments[2], row) : 1);
            _isDone = false;
            return _step == 0 ? "the step of generate_series is 0" : null;
        }

        static long Value(Column column, int row) => column is Column<int> ints ? ints[row] : ((Column<long>)column)[row];

        public int Append(ReadOnlySpan<Column> columns, int count)
        {
            var appended = 0;
            for (; appended < count && !_isDone && (_step > 0 ? _next <= _last : _next >= _last); appended++)
            {
                if (columns[0] is Column<int> ints) ints.Append((int)_next);
                else ((Column<long>)columns[0]).Append(_next);
                var next = unchecked(_next + _step);
                _isDone = ((_next ^ next) & (_step ^ next)) < 0; // past the end of BIGINT
                _next = next;
            }
            return appended;
        }
    }

    sealed class Times : ITableKernel
    {
        long _first, _next, _last, _count;
        Interval _step;
        bool _isDone, _goesDown;

        public string? Begin(ReadOnlySpan<Column> arguments, int row)
        {
            (_first, _last, _step) = (((Column<long>)arguments[0])[row], ((Column<long>)arguments[1])[row], ((Column<Interval>)arguments[2])[row]);
            (_next, _count) = (_first, 0);
            if (Calendar.IsInfinite(_first) || Calendar.IsInfinite(_last)) return "generate_series goes between finite times";
            var length = _step.ApproximateMicroseconds;
            _goesDown = length < 0;
            _isDone = false;
            return length == 0 ? "the step of generate_series is 0" : null;
        }

        public int Append(ReadOnlySpan<Column> columns, int count)
        {
            var appended = 0;
            for (; appended < count && !_isDone && (_goesDown ? _next >= _last : _next <= _last); appended++)
            {
                ((Column<long>)columns[0]).Append(_next);
                _count++;
                // Counted from the first, so that months end where the first does: 31 January, 29 February, 31 March.
                var step = new Interval((int)Math.Min(int.MaxValue, _step.Months * _count), (int)Math.Min(int.MaxValue, _step.Days * _count), 0);
                var micros = (Int128)_step.Microseconds * _count;
                _isDone = micros != (long)micros || !Calendar.TryAdd(_first, step with { Microseconds = (long)micros }, 1, out _next);
            }
            return appended;
        }
    }
}
