using System.Numerics;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Derives the frontier of one partition from its rows: the largest time so far less the delay is closed, and less the allowed lateness final.</summary>
/// <remarks>
/// Each row that is behind gets to know what was final when it came: batches with such rows carry <see cref="Batch.Watermarks"/>, so that what is late does not depend on how rows
/// were cut into batches. NULL and infinite times move nothing.
/// </remarks>
sealed class AssignWatermarkOperator(AssignWatermark node, OperatorContext context) : IOperator, IStateful
{
    readonly int _column = node.TimeColumn;
    readonly long _delay = node.DelayMicroseconds;
    readonly long _allowed = node.Source.Late.AllowedMicroseconds;
    long _largest = long.MinValue;
    Frontier _told = Frontier.Start;
    bool _tellsAgain; // whoever hears of it is new

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var times = (Column<long>)batch[_column];
        var before = _largest;
        var isBehind = times.HasNulls ? ScanNullable(times) : Scan(times.Values, _delay, ref _largest);
        if (isBehind) PushWithWatermarks(batch, times, before, output);
        else output.Push(batch.Retain());
        if (_largest != before) Tell(new(Less(_largest, _delay), Less(Less(_largest, _delay), _allowed)), output);
    }

    public void OnFrontier(Frontier frontier, IOutput output) => Tell(frontier, output);

    void Tell(Frontier frontier, IOutput output)
    {
        var next = new Frontier(Timestamp.Max(_told.Closed, frontier.Closed), Timestamp.Max(_told.Final, frontier.Final));
        if (next == _told && !_tellsAgain) return;
        _tellsAgain = false;
        _told = next;
        output.Advance(next);
    }

    static Timestamp Less(long time, long microseconds) => new(time < long.MinValue + microseconds ? long.MinValue : time - microseconds);
    static Timestamp Less(Timestamp time, long microseconds) => Less(time.Microseconds, microseconds);

    /// <summary>Moves the largest time over some rows and says whether one was behind the closed frontier when its turn came.</summary>
    /// <remarks>Blocks in which even the least time is not behind what the block's largest closes need no look at single rows.</remarks>
    internal static bool Scan(ReadOnlySpan<long> times, long delay, ref long largest)
    {
        const int block = 32;
        var isBehind = false;
        var i = 0;
        for (; i + block <= times.Length; i += block)
        {
            var rows = times.Slice(i, block);
            var high = new Vector<long>(rows);
            var low = high;
            for (var j = Vector<long>.Count; j < block; j += Vector<long>.Count)
            {
                var next = new Vector<long>(rows[j..]);
                high = Vector.Max(high, next);
                low = Vector.Min(low, next);
            }
            var (least, most) = (long.MaxValue, largest);
            for (var j = 0; j < Vector<long>.Count; j++)
            {
                least = Math.Min(least, low[j]);
                most = Math.Max(most, high[j]);
            }
            if (most != long.MaxValue && least >= Less(most, delay).Microseconds) largest = most;
            else isBehind |= ScanOneByOne(rows, delay, ref largest);
        }
        return isBehind | ScanOneByOne(times[i..], delay, ref largest);
    }

    /// <summary>The scalar twin of <see cref="Scan"/>.</summary>
    internal static bool ScanOneByOne(ReadOnlySpan<long> times, long delay, ref long largest)
    {
        var most = largest;
        var closed = Less(most, delay).Microseconds;
        var isBehind = false;
        foreach (var time in times)
        {
            isBehind |= time < closed;
            if (time <= most || time == long.MaxValue) continue;
            most = time;
            closed = Less(most, delay).Microseconds;
        }
        largest = most;
        return isBehind;
    }

    bool ScanNullable(Column<long> times)
    {
        var isBehind = false;
        for (var row = 0; row < times.Length; row++)
            if (!times.IsNull(row)) isBehind |= ScanOneByOne(times.Values.Slice(row, 1), _delay, ref _largest);
        return isBehind;
    }

    void PushWithWatermarks(Batch batch, Column<long> times, long largest, IOutput output)
    {
        var marked = context.Memory.RentBatch(batch.Schema);
        marked.RowCount = batch.RowCount;
        foreach (var column in batch.Columns) marked.Add(column.Retain());
        marked.ShareBesides(batch);
        marked.Watermarks?.Release();
        var watermarks = context.Memory.Rent<long>(DataType.Timestamp);
        watermarks.Length = batch.RowCount;
        var to = watermarks.Values;
        var from = times.Values;
        for (var row = 0; row < to.Length; row++)
        {
            to[row] = Less(Less(largest, _delay), _allowed).Microseconds;
            if (from[row] > largest && from[row] != long.MaxValue && !times.IsNull(row)) largest = from[row];
        }
        marked.Watermarks = watermarks;
        output.Push(marked);
    }

    public long StateRows => 0;

    public void SaveCommon(StateWriter writer)
    {
        writer.Write(_largest);
        writer.Write(_told);
    }

    public void LoadCommon(ref StateReader reader)
    {
        _largest = reader.Read<long>();
        _told = reader.Read<Frontier>();
        _tellsAgain = true;
    }

    public void Save(StateSaver saver) { }
    public void Load(long part, ref StateReader reader) { }
}
