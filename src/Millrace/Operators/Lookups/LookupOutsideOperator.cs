using Millrace.Connectors;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Operators.Lookups;

/// <summary>Asks a table outside for the keys of the rows that come, by the thousand and several at a time, and tells rows in their order as their answers arrive.</summary>
/// <remarks>
/// Answers are taken at the engine's ticks, every 10 ms, and at each batch. Only at the end of the input, when no tick will follow, does the lane wait for the last of them. What was found is not saved: after a
/// restart it is asked for again, for rows that were not told yet.
/// </remarks>
sealed class LookupOutsideOperator : IOperator, IStateful
{
    const int KeysAtOnce = 1024, RequestsMax = 4, SweepAtLeast = 10_000;
    const byte Unknown = 0, Asked = 1, Known = 2;

    static readonly long s_retry = TimeSpan.FromMilliseconds(500).Ticks / TimeSpan.TicksPerMicrosecond, s_patience = TimeSpan.FromMinutes(5).Ticks / TimeSpan.TicksPerMicrosecond;

    readonly LookupOutside _node;
    readonly MemoryAccountant _memory;
    readonly ILookup _lookup;
    readonly KeyedTable _keys;
    readonly RowSlots _table;
    readonly HeldRows _held;
    readonly PairCondition? _condition;
    readonly HeldPairs _pairs;
    readonly long _ttl;
    readonly Schema _keySchema;
    readonly CancellationTokenSource _stop = new();
    readonly Queue<Waiting> _waiting = new();
    readonly Queue<int> _toAsk = new();
    readonly List<Request> _requests = [];
    readonly int[] _numbers, _rows;
    Waiting? _last;
    byte[] _states = [];
    long[] _until = [];
    long _now = long.MinValue, _failingSince = long.MinValue, _sweepAt = SweepAtLeast, _next;
    readonly List<(ulong Group, long Number)> _saved = []; // keys of the entries that are kept

    public LookupOutsideOperator(LookupOutside node, OperatorContext context)
    {
        (_node, _memory) = (node, context.Memory);
        _lookup = context.OpenLookup?.Invoke(node.Table, node.TableKeys) ?? throw new PlanException($"'{node.Table.Name}' is looked up in by a running pipeline only.");
        _ttl = node.Table.Options.Duration("lookup.ttl", LookupOptions.DefaultTtl).Ticks / TimeSpan.TicksPerMicrosecond;
        var (left, right) = (node.Input.Schema, node.Table.Schema);
        _keySchema = new(node.TableKeys.Select(k => right[k]));
        _keys = new([.. _keySchema.Fields.Select(f => f.Type)], context.Memory, context.Owner);
        var needed = new bool[node.Schema.Count];
        for (var i = 0; i < needed.Length; i++) needed[i] = context.Used is null || context.Used[i];
        if (node.Condition is not null) ColumnUse.Mark(node.Condition, needed);
        _table = new(right, context.Memory, context.Owner, [.. needed.Skip(left.Count)]);
        _held = new(_keys, _table, context.Owner);
        if (node.Condition is not null) _condition = new(node.Condition, context);
        var nothing = _table.Take();
        _table.SetNull(nothing);
        _pairs = new(_held, new(node.Schema, left.Count, needed, _table, context.Memory), _condition, node.KeepsLeft, nothing, context.Memory.BatchRows);
        (_numbers, _rows) = (new int[context.Memory.BatchRows], new int[context.Memory.BatchRows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        Enqueue(batch);
        Serve(output);
    }

    void Enqueue(Batch batch)
    {
        _waiting.Enqueue(_last = new(batch.Retain()));
        var count = NumberRows(batch, adds: true);
        for (var i = 0; i < count; i++)
        {
            var key = _numbers[i];
            Grow();
            if (_states[key] == Asked || _states[key] == Known && _until[key] > _now) continue;
            if (_states[key] == Unknown) _keys.Hold(key);
            _states[key] = Asked;
            _toAsk.Enqueue(key);
        }
    }

    /// <summary>Finds the numbers of the keys without NULLs of a batch.</summary>
    /// <returns>How many rows have one; their numbers and places stand in the arrays.</returns>
    int NumberRows(Batch batch, bool adds)
    {
        var count = 0;
        for (var row = 0; row < batch.RowCount; row++)
            if (!HasNull(batch, row)) _rows[count++] = row;
        if (count == 0) return 0;
        if (adds) _keys.Find(batch, _node.Keys, _rows.AsSpan(0, count), _numbers.AsSpan(0, count));
        else _keys.Look(batch, _node.Keys, _rows.AsSpan(0, count), _numbers.AsSpan(0, count));
        return count;
    }

    bool HasNull(Batch batch, int row)
    {
        foreach (var column in _node.Keys)
            if (batch[column].IsNull(row)) return true;
        return false;
    }

    void Grow()
    {
        if (_states.Length >= _keys.Limit) return;
        var length = Math.Max(_keys.Limit, _states.Length * 2);
        Array.Resize(ref _states, length);
        Array.Resize(ref _until, length);
    }

    /// <summary>Takes the answers that are there, asks on, and tells the rows whose answers are known.</summary>
    void Serve(IOutput output)
    {
        Collect();
        Ask();
        Tell(output);
    }

    void Ask()
    {
        while (_toAsk.Count > 0 && _requests.Count < RequestsMax)
        {
            var numbers = new int[Math.Min(_toAsk.Count, Math.Min(KeysAtOnce, _memory.BatchRows))];
            for (var i = 0; i < numbers.Length; i++) numbers[i] = _toAsk.Dequeue();
            var keys = _memory.RentBatch(_keySchema);
            for (var i = 0; i < _keySchema.Count; i++)
            {
                var column = _memory.Rent(_keySchema[i].Type);
                _keys.AppendKeys(i, numbers, column);
                keys.Add(column);
            }
            keys.RowCount = numbers.Length;
            var request = new Request(numbers, keys);
            Send(request);
            _requests.Add(request);
        }
    }

    void Send(Request request) => request.Answer = Task.Run(() => _lookup.FindAsync(request.Keys, _memory, _stop.Token));

    void Collect()
    {
        for (var i = _requests.Count - 1; i >= 0; i--)
        {
            var request = _requests[i];
            if (request.RetryAt is { } at)
            {
                if (_now < at) continue;
                request.RetryAt = null;
                Send(request);
            }
            else if (request.Answer!.IsCompletedSuccessfully) Take(i);
            else if (request.Answer.IsFaulted) Fail(request);
        }
    }

    void Take(int index)
    {
        var request = _requests[index];
        _requests.RemoveAt(index);
        foreach (var key in request.Numbers)
        {
            _held.Clear(key);
            (_states[key], _until[key]) = (Known, _now > long.MaxValue - _ttl ? long.MaxValue : _now + _ttl);
        }
        foreach (var batch in request.Answer!.Result)
        {
            _keys.Look(batch, _node.TableKeys, [], _numbers.AsSpan(0, batch.RowCount));
            for (var row = 0; row < batch.RowCount; row++)
                if (_numbers[row] >= 0 && _states[_numbers[row]] != Unknown) _held.Add(_numbers[row], batch, row, 1);
            batch.Release();
        }
        request.Keys.Release();
        _failingSince = long.MinValue;
    }

    void Fail(Request request)
    {
        var failure = request.Answer!.Exception!.InnerException!;
        if (_failingSince == long.MinValue) _failingSince = _now;
        if (failure is not ConnectorException { Fault: Fault.External } || _now - _failingSince > s_patience) throw failure;
        request.RetryAt = _now + s_retry;
    }

    /// <summary>Tells rows in their order as far as their answers are known, and while there is room.</summary>
    void Tell(IOutput output)
    {
        do
        {
            while (_pairs.Go(output))
                if (output.IsFull) return;
            if (_waiting.TryPeek(out var done) && done.IsBegun)
            {
                if (done.Then is { } frontier) output.Advance(frontier);
                done.Batch.Release();
                _waiting.Dequeue();
                if (_waiting.Count == 0) _last = null;
            }
        }
        while (_waiting.TryPeek(out var next) && Begin(next) && !output.IsFull);
    }

    bool Begin(Waiting next)
    {
        var count = NumberRows(next.Batch, adds: false);
        for (var i = 0; i < count; i++)
            if (_states[_numbers[i]] != Known) return false;
        // From the rows with keys to all rows, from behind so that nothing is overwritten too early.
        for (var (row, i) = (next.Batch.RowCount - 1, count - 1); row >= 0; row--) _numbers[row] = i >= 0 && _rows[i] == row ? _numbers[i--] : -1;
        _pairs.Begin(next.Batch, _numbers.AsSpan(0, next.Batch.RowCount));
        next.IsBegun = true;
        return true;
    }

    public bool Resume(IOutput output)
    {
        Tell(output);
        return _waiting.TryPeek(out var first) && first.IsBegun;
    }

    public void OnTick(Timestamp now, IOutput output)
    {
        _now = Math.Max(_now, now.Microseconds);
        Serve(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        if (_last is null)
        {
            output.Advance(frontier);
            return;
        }
        _last.Then = frontier;
        if (frontier.Final == Timestamp.MaxValue) Finish(output);
    }

    /// <summary>No tick follows the end: the last answers are waited for.</summary>
    void Finish(IOutput output)
    {
        var tries = 0;
        while (_waiting.Count > 0)
        {
            Serve(output);
            if (_requests.Count == 0) continue;
            if (_requests.All(r => r.RetryAt is not null))
            {
                // The clock stands still here; so many tries are as long as it would be patient.
                if (++tries > s_patience / s_retry) throw _requests[0].Answer!.Exception!.InnerException!;
                _stop.Token.WaitHandle.WaitOne(TimeSpan.FromMicroseconds(s_retry));
                foreach (var request in _requests) request.RetryAt = long.MinValue;
            }
            else ((IAsyncResult)_requests.First(r => r.RetryAt is null).Answer!).AsyncWaitHandle.WaitOne();
        }
    }

    public void OnBarrier(long epoch, IOutput output)
    {
        if (_waiting.Count > 0 || _requests.Count > 0 || _keys.Count < _sweepAt) return;
        for (var key = 0; key < Math.Min(_keys.Limit, _states.Length); key++)
        {
            if (_states[key] != Known || _until[key] > _now) continue;
            _held.Clear(key);
            _states[key] = Unknown;
            _keys.Release(key);
        }
        _keys.SweepIfDue();
        _sweepAt = Math.Max(SweepAtLeast, _keys.Count * 2L);
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var request in _requests)
        {
            try
            {
                request.Answer?.Wait();
                foreach (var batch in request.Answer!.Result) batch.Release();
            }
            catch (AggregateException)
            {
                // It failed or was given up; nobody wants its answer.
            }
            request.Keys.Release();
        }
        foreach (var waiting in _waiting) waiting.Batch.Release();
        _waiting.Clear();
        _lookup.Dispose();
        _pairs.Dispose();
        _held.Dispose();
        _keys.Dispose();
        _table.Dispose();
        _condition?.Dispose();
        _stop.Dispose();
    }

    public long StateRows => _held.Count;

    public void SaveCommon(StateWriter writer)
    {
    }

    public void LoadCommon(ref StateReader reader)
    {
    }

    /// <summary>Saves the rows that wait, by the groups of their keys.</summary>
    public void Save(StateSaver saver)
    {
        foreach (var (group, number) in _saved)
        {
            BeginEntry(saver, group, number);
            saver.EndGone();
        }
        _saved.Clear();
        foreach (var waiting in _waiting)
        {
            var batch = waiting.Batch;
            var hashes = new ulong[batch.RowCount];
            KeyHash.Compute(batch, _node.Keys, Enumerable.Range(0, batch.RowCount).ToArray(), hashes);
            foreach (var group in Enumerable.Range(0, batch.RowCount).GroupBy(r => Hash64.KeyGroup(hashes[r])))
            {
                var rows = batch.Gather([.. group]);
                _saved.Add(((ulong)group.Key << 56, _next));
                var writer = BeginEntry(saver, (ulong)group.Key << 56, _next++);
                saver.BeginValue();
                BatchImages.Write([rows], writer);
                saver.EndEntry();
                rows.Release();
            }
        }
    }

    static StateWriter BeginEntry(StateSaver saver, ulong group, long number)
    {
        var writer = saver.BeginEntry();
        writer.Write(group);
        writer.Write(number);
        return writer;
    }

    public void Load(long part, ref StateReader reader)
    {
        _saved.Add((reader.Read<ulong>(), reader.Read<long>()));
        _next = Math.Max(_next, _saved[^1].Number + 1);
        foreach (var batch in BatchImages.Read(ref reader, _node.Input.Schema, _memory))
        {
            Enqueue(batch);
            batch.Release();
        }
    }

    /// <summary>Rows that wait for their answers, and how far time has come behind them.</summary>
    sealed class Waiting(Batch batch)
    {
        public Batch Batch => batch;
        public Frontier? Then { get; set; }
        public bool IsBegun { get; set; }
    }

    /// <summary>Keys that were asked for.</summary>
    sealed class Request(int[] numbers, Batch keys)
    {
        public int[] Numbers => numbers;
        public Batch Keys => keys;
        public Task<IReadOnlyList<Batch>>? Answer { get; set; }
        public long? RetryAt { get; set; }
    }
}
