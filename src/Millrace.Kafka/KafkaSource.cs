using System.Globalization;
using Confluent.Kafka;
using Millrace.Connectors;
using Millrace.Kafka.Native;
using Millrace.Stores;

namespace Millrace.Kafka;

/// <summary>A topic: each partition is one of the engine's, at offsets that the checkpoint knows.</summary>
/// <remarks>
/// Partitions are assigned by the source itself, never by the group's coordinator: where a run goes on is in its checkpoint, and offsets are only told to the group so that others see how far behind it is. One thread serves
/// the client: it hears its errors, commits, and looks for partitions that the topic has got.
/// </remarks>
sealed class KafkaSource : ISource
{
    /// <summary>How many partitions a topic may get while a run reads it.</summary>
    const int LaterPartitions = 16;

    static readonly TimeSpan s_serve = TimeSpan.FromMilliseconds(100), s_commitEvery = TimeSpan.FromSeconds(1), s_away = TimeSpan.FromSeconds(1);

    readonly SourceContext _context;
    readonly string _topic;
    readonly string? _group;
    readonly StartPosition _start;
    readonly IReadOnlySet<int>? _chosen;
    readonly bool _skipsLost;
    readonly TimeSpan _patience, _lookEvery;
    readonly Dictionary<string, string> _settings;
    readonly ClientReport _report;
    readonly CancellationTokenSource _stop = new();
    readonly List<KafkaPartition> _partitions = [];
    IConsumer<Ignore, Ignore>? _client;
    Thread? _server;
    Dictionary<int, long>? _toCommit;
    int _known;

    public KafkaSource(SourceContext context)
    {
        var options = context.Options;
        _context = context;
        _topic = options.Text("topic", "");
        _group = options.TextOrNull("group");
        _start = StartPosition.Parse(options.Text("start", "earliest"));
        _chosen = Chosen(options.Text("partitions", "all"));
        _skipsLost = options.Text("lost_data", "fail") == "skip";
        IsBounded = KafkaConnector.Ends(options);
        _patience = options.Duration("connect_timeout", TimeSpan.FromSeconds(15));
        _lookEvery = options.Duration("partitions.look_every", TimeSpan.FromSeconds(10));
        _report = new($"source '{context.Name}'", options.Text("brokers", ""));
        if (_start.Kind == StartKind.Group && _group is null) throw new ConnectorException(Fault.User, "start = 'group' needs group = '...'.");
        if (_start.Kind == StartKind.Time && ClientSettings.IsBefore(options, 0, 10)) throw new ConnectorException(Fault.User, "start: brokers before 0.10 keep no times. Use 'earliest', 'latest', 'group' or offsets.");
        _settings = ClientSettings.Of(options, context.BaseDirectory,
        [
            ("group.id", _group ?? "millrace"), ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"), ("enable.partition.eof", IsBounded ? "true" : "false"),
            ("auto.offset.reset", _skipsLost ? "earliest" : "error"), ("isolation.level", "read_committed"),
            // A large fetch is what makes brokers fast that do not remember fetches from one to the next; the queue of a partition holds about one.
            ("fetch.message.max.bytes", "4194304"), ("queued.min.messages", "100000"), ("queued.max.messages.kbytes", "16384"), ("fetch.wait.max.ms", "100"), ("fetch.queue.backoff.ms", "10"),
            ("topic.metadata.refresh.interval.ms", ((long)Math.Max(100, _lookEvery.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture)),
        ]);
        var metadata = context.Paths.Select(Formats.MessageMetadata.NameIn).ToHashSet();
        (WantsKeys, WantsHeaders) = (metadata.Contains("key"), metadata.Contains("headers"));
    }

    public bool IsBounded { get; }

    /// <summary>Whether somebody reads the keys of messages.</summary>
    public bool WantsKeys { get; }

    /// <summary>Whether somebody reads the headers of messages.</summary>
    public bool WantsHeaders { get; }

    static HashSet<int>? Chosen(string text)
    {
        if (text == "all") return null;
        var chosen = new HashSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !chosen.Add(number))
                throw new ConnectorException(Fault.User, $"partitions = '{text}': expected 'all' or different numbers with commas, such as '0, 1, 4'.");
        return chosen;
    }

    public async ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        Librdkafka.Load();
        return await Task.Run(() => Open(from), stop).ConfigureAwait(false);
    }

    List<IPartition> Open(IReadOnlyList<SourcePosition> from)
    {
        _client = Connect();
        if (from.FirstOrDefault(p => p.Mark != _topic) is { } other)
            throw new ConnectorException(Fault.User, $"source '{_context.Name}': the checkpoint has read the topic '{other.Mark}', not '{_topic}'. Name that one again, or start anew with --from fresh.");
        var count = Topics.CountPartitions(_client, _topic, _report, _patience, _context.Clock, () => _client.Consume(TimeSpan.Zero));
        if (_chosen?.FirstOrDefault(n => n >= count, -1) is { } absent and >= 0)
            throw new ConnectorException(Fault.User, $"source '{_context.Name}': the topic '{_topic}' has no partition {absent}; it has {count} (0 to {count - 1}).");
        if (from.FirstOrDefault(p => p.Partition >= count) is { } lost)
            throw new ConnectorException(Fault.User, $"source '{_context.Name}': the checkpoint has read partition {lost.Partition} of '{_topic}', which has {count} now: it was made anew. Start anew with --from fresh.");
        var isFirst = from.Count == 0;
        Begin([.. Enumerable.Range(0, count).Where(IsChosen)], from.ToDictionary(p => p.Partition, p => p.Position), isFirst);
        for (var later = count; _chosen is null && !IsBounded && later < count + LaterPartitions; later++) _partitions.Add(new(this, _topic, later));
        _known = count;
        _server = new(Serve) { IsBackground = true, Name = "kafka " + _context.Name };
        _server.Start();
        return [.. _partitions];
    }

    bool IsChosen(int partition) => _chosen is null || _chosen.Contains(partition);

    IConsumer<Ignore, Ignore> Connect()
    {
        try
        {
            return new ConsumerBuilder<Ignore, Ignore>(_settings).SetErrorHandler((_, error) => _report.Hear(error)).SetLogHandler((_, log) => _report.Hear(log)).Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new ConnectorException(Fault.User, $"source '{_context.Name}': {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Gives partitions their positions and begins to fetch.</summary>
    void Begin(List<int> numbers, Dictionary<int, long> from, bool isFirst)
    {
        var all = numbers.ConvertAll(n => new TopicPartition(_topic, n));
        var begins = isFirst ? Starts(all) : [];
        var assigned = new List<TopicPartitionOffset>();
        var client = NativeHandle.Of(_client!);
        foreach (var at in all)
        {
            var range = Ask($"{_topic}[{at.Partition.Value}] does not say which offsets it has", () => _client!.QueryWatermarkOffsets(at, _patience));
            // A partition that came later is read whole.
            var start = from.TryGetValue(at.Partition.Value, out var saved) ? Checked(at, saved, range) : begins.TryGetValue(at.Partition.Value, out var begin) ? Clamped(begin, range) : range.Low.Value;
            var partition = _partitions.FirstOrDefault(p => p.Id == at.Partition.Value);
            if (partition is null) _partitions.Add(partition = new(this, _topic, at.Partition.Value));
            partition.Begin(client, start, IsBounded ? range.High.Value : null);
            assigned.Add(new(at, start));
        }
        _client!.IncrementalAssign(assigned);
    }

    /// <summary>Where partitions are read from that no checkpoint knows, by their number; one that is not in it is read from its first message.</summary>
    Dictionary<int, long> Starts(List<TopicPartition> all)
    {
        IEnumerable<TopicPartitionOffset> found = _start.Kind switch
        {
            StartKind.Latest => all.Select(p => new TopicPartitionOffset(p, long.MaxValue)),
            StartKind.Group => Ask($"the group '{_group}' does not say where it is", () => _client!.Committed(all, _patience)),
            StartKind.Time => Ask("the offsets of a time are not found", () => _client!.OffsetsForTimes(all.Select(p => new TopicPartitionTimestamp(p, new(_start.Time, TimestampType.CreateTime))), _patience))
                .Select(p => p.Offset == Offset.End ? new(p.TopicPartition, long.MaxValue) : p),
            StartKind.Offsets => _start.Offsets.Select(o => new TopicPartitionOffset(_topic, o.Key, o.Value)),
            _ => [],
        };
        return found.Where(p => p.Offset.Value >= 0).ToDictionary(p => p.Partition.Value, p => p.Offset.Value);
    }

    static long Clamped(long offset, WatermarkOffsets range) => Math.Clamp(offset, range.Low.Value, range.High.Value);

    long Checked(TopicPartition at, long saved, WatermarkOffsets range)
    {
        if (saved <= range.High.Value && (saved >= range.Low.Value || _skipsLost)) return Math.Max(saved, range.Low.Value);
        if (saved < range.Low.Value) throw DataLost($"{_topic}[{at.Partition.Value}]", saved, $"it begins at offset {range.Low.Value:N0} now");
        throw new ConnectorException(Fault.User, $"source '{_context.Name}': the checkpoint has read {_topic}[{at.Partition.Value}] up to offset {saved:N0}, but it ends at {range.High.Value:N0}: " +
            "messages were lost, or the topic was made anew. Start anew with --from fresh.");
    }

    /// <summary>The error of a partition that no longer has what is to be read next.</summary>
    public ConnectorException DataLost(string partition, long offset, string what) => new(Fault.User,
        $"source '{_context.Name}': {partition} no longer has the message at offset {offset:N0}, which is to be read next ({what}). It was deleted before it was read: look at the topic's retention. " +
        "Go on with what there is by lost_data = 'skip', or start anew with --from fresh.");

    /// <summary>The error of a call or a partition.</summary>
    public ConnectorException Failed(string what, Error error) => _report.Failed(what, error);

    /// <summary>Whether no broker is reached.</summary>
    public bool IsAway => _report.IsAway;

    /// <summary>A partition has got messages.</summary>
    public void Reached()
    {
        if (_report.IsAway) _report.Reached();
    }

    T Ask<T>(string what, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (KafkaException e)
        {
            throw _report.Failed(what, e.Error);
        }
    }

    public void Durable(IReadOnlyDictionary<int, long> positions)
    {
        if (_group is not null) Volatile.Write(ref _toCommit, new(positions));
    }

    /// <summary>The client's own thread.</summary>
    void Serve()
    {
        var (committed, looked) = (_context.Clock.GetTimestamp(), _context.Clock.GetTimestamp());
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _client!.Consume(s_serve);
                if (_report.IsAway)
                {
                    _client.QueryWatermarkOffsets(new(_topic, _partitions[0].Id), s_away);
                    _report.Reached();
                }
                if (_context.Clock.GetElapsedTime(committed) >= s_commitEvery)
                {
                    committed = _context.Clock.GetTimestamp();
                    Commit();
                }
                if (_chosen is null && !IsBounded && _context.Clock.GetElapsedTime(looked) >= _lookEvery)
                {
                    looked = _context.Clock.GetTimestamp();
                    LookForPartitions();
                }
            }
            catch (Exception e) when (e is KafkaException or ConnectorException)
            {
                // Brokers may be away for a while: what failed is tried again.
            }
        }
    }

    /// <summary>Tells the group how far the results are.</summary>
    void Commit()
    {
        if (Interlocked.Exchange(ref _toCommit, null) is not { } positions) return;
        try
        {
            _client!.Commit(positions.Select(p => new TopicPartitionOffset(_topic, p.Key, p.Value)));
        }
        catch (KafkaException)
        {
            Interlocked.CompareExchange(ref _toCommit, positions, null);
            throw;
        }
    }

    void LookForPartitions()
    {
        using var admin = new DependentAdminClientBuilder(_client!.Handle).Build();
        var topic = admin.GetMetadata(_patience).Topics.FirstOrDefault(t => t.Topic == _topic);
        var count = Math.Min(topic is { Error.IsError: false } ? topic.Partitions.Count : 0, _partitions.Count);
        if (count <= _known) return;
        Begin([.. Enumerable.Range(_known, count - _known)], [], isFirst: false);
        _known = count;
    }

    public ValueTask DisposeAsync()
    {
        _stop.Cancel();
        _server?.Join();
        foreach (var partition in _partitions) partition.Dispose();
        if (_client is not null)
        {
            try
            {
                Commit();
            }
            catch (KafkaException)
            {
                // The group hears of it after the next start.
            }
            _client.Close();
            _client.Dispose();
        }
        _stop.Dispose();
        return default;
    }
}
