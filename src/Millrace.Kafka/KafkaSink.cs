using System.Globalization;
using Confluent.Kafka;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Kafka.Native;

namespace Millrace.Kafka;

/// <summary>Rows as messages of a topic, written after the commit that they belong to.</summary>
/// <remarks>
/// Where brokers have transactions (from 0.11 on), the rows of a version and the note of it in the marker topic are one: a transaction that a crash left open is aborted by the next start, which then reads how far the notes go.
/// Elsewhere the note follows the rows, so a crash between the two writes the rows of one version again. A client that failed for good is made anew at the next try.
/// </remarks>
sealed class KafkaSink : ISink
{
    readonly string _topic, _writer;
    readonly string? _markers;
    readonly bool _transacts;
    readonly TimeSpan _patience;
    readonly Dictionary<string, string> _settings;
    readonly ClientReport _report;
    readonly Options _options;
    readonly Action<DeliveryReport<byte[]?, byte[]?>> _onDelivery;
    RowMessages? _rows;
    IProducer<byte[]?, byte[]?>? _client;
    int _markerPartitions;
    Error? _refused;
    bool _isUpsert;

    public KafkaSink(SinkContext context)
    {
        var options = _options = context.Options;
        _topic = options.Text("topic", "");
        _report = new($"sink '{context.Name}'", options.Text("brokers", ""));
        if (options.Text("format", "json") != "json") throw _report.Wrong("a Kafka sink writes JSON; leave out 'format'");
        _patience = options.Duration("connect_timeout", TimeSpan.FromSeconds(15));
        var isOld = ClientSettings.IsBefore(options, 0, 11);
        var delivery = options.Text("delivery", "auto");
        _transacts = delivery == "transactions" || delivery == "auto" && !isOld;
        if (_transacts && isOld) throw _report.Wrong("brokers before 0.11 have no transactions. Use delivery = 'at_least_once'");
        _writer = options.Text("writer", $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(context.DataDirectory))}/{context.Name}");
        _markers = options.TextOrNull("marker_topic") ?? (_transacts ? _topic + "-markers" : null);
        _settings = ClientSettings.Of(options, context.BaseDirectory,
        [
            ("acks", "all"), ("compression.type", options.Text("compression", "none")), ("enable.idempotence", isOld ? "false" : "true"), ("linger.ms", "5"), ("message.timeout.ms", "30000"),
            // Keys go where Java's clients put them.
            ("partitioner", "murmur2_random"), ("queue.buffering.max.kbytes", "65536"),
        ]);
        // Without idempotence a repeated batch could come behind a later one, and of two rows of a key the older would win.
        if (isOld) _settings["max.in.flight.requests.per.connection"] = "1";
        if (_transacts) (_settings["transactional.id"], _settings["transaction.timeout.ms"]) = (_writer, "60000");
        _onDelivery = report =>
        {
            if (report.Error.IsError) _refused = report.Error;
        };
    }

    public bool IsStaged => false;

    public long AppliedVersion { get; private set; }

    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        Librdkafka.Load();
        _isUpsert = key.Count > 0;
        _rows = new(schema, _isUpsert || _options.TextOrNull("message_key") is not { } names ? key : [.. names.Split(',', StringSplitOptions.TrimEntries).Select(schema.IndexOf)]);
        Connect();
        if (position is null)
        {
            // What was written before is another run's; its numbers say nothing of this one's.
            AppliedVersion = 0;
            if (_markers is not null && Noted() is not null) Send(0, static () => { });
            return;
        }
        var flushed = long.Parse(position, CultureInfo.InvariantCulture);
        var noted = _markers is null ? flushed : Noted() ?? 0;
        if (noted < flushed)
        {
            throw _report.Wrong($"the topic '{_markers}' says that version {noted:N0} was written last, but the checkpoint has written version {flushed:N0}: the topic was made anew, or writer = '{_writer}' was another one. " +
                "Put it back, or start anew with --from fresh");
        }
        AppliedVersion = noted;
    }

    long? Noted() => Ask($"the topic '{_markers}' cannot be read", () => Markers.Last(_settings, _markers!, _markerPartitions, _writer, _patience));

    void Connect()
    {
        try
        {
            _client = new ProducerBuilder<byte[]?, byte[]?>(_settings).SetErrorHandler((_, error) => _report.Hear(error)).SetLogHandler((_, log) => _report.Hear(log)).Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw _report.Wrong(e.Message.TrimEnd('.'));
        }
        Topics.CountPartitions(_client, _topic, _report, _patience, TimeProvider.System, () => _client.Poll(TimeSpan.Zero));
        if (_markers is not null) _markerPartitions = Topics.CountPartitions(_client, _markers, _report, _patience, TimeProvider.System, () => _client.Poll(TimeSpan.Zero));
        // Ends transactions of a run before, and locks out one that still lives.
        if (_transacts) Ask("transactions cannot be begun", () => _client.InitTransactions(_patience));
    }

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        if (_client is null)
        {
            Connect();
            // It may be that the version is written, and only the answer was lost.
            if (_transacts) AppliedVersion = Math.Max(AppliedVersion, Noted() ?? 0);
        }
        if (version <= AppliedVersion) return;
        Send(version, () =>
        {
            foreach (var batch in changes) Send(batch);
        });
        AppliedVersion = version;
    }

    void Send(Batch batch)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            var weight = batch.Weights is { } weights ? weights[row] : 1;
            if (weight < 0 && !_isUpsert) throw new InvalidOperationException("A sink that only adds rows was told to take one back.");
            // In an upsert sink each key has one change: its row, or its end, which is a message without a value.
            for (var i = 0; i < (_isUpsert ? 1 : weight); i++) Send(_topic, new() { Key = _rows!.Key(batch, row), Value = weight < 0 ? null : _rows.Value(batch, row) });
        }
    }

    void Send(string topic, Message<byte[]?, byte[]?> message)
    {
        while (_refused is null)
        {
            try
            {
                _client!.Produce(topic, message, _onDelivery);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                _client!.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    /// <summary>Sends the rows of a version and the note of it.</summary>
    void Send(long version, Action rows)
    {
        _refused = null;
        try
        {
            if (_transacts) _client!.BeginTransaction();
            rows();
            if (!_transacts) Flush(_client!);
            if (_markers is not null) Send(_markers, Markers.Of(_writer, version));
            if (!_transacts) Flush(_client!);
            else Commit(_client!);
        }
        catch (KafkaException e)
        {
            GiveUp(e);
            throw _report.Failed($"version {version:N0} was not written to '{_topic}'", e.Error);
        }
    }

    void Flush(IProducer<byte[]?, byte[]?> client)
    {
        client.Flush(Timeout.InfiniteTimeSpan);
        if (_refused is { } error) throw new KafkaException(error);
    }

    void Commit(IProducer<byte[]?, byte[]?> client)
    {
        Flush(client);
        while (true)
        {
            try
            {
                client.CommitTransaction(_patience);
                return;
            }
            catch (KafkaRetriableException)
            {
                // Asked again, it tells whether it was committed.
            }
        }
    }

    void GiveUp(KafkaException error)
    {
        try
        {
            if (_transacts && !error.Error.IsFatal)
            {
                _client!.AbortTransaction(_patience);
                return;
            }
        }
        catch (KafkaException)
        {
            // Then it is aborted when the client is made anew.
        }
        if (!_transacts && !error.Error.IsFatal) return;
        _client!.Dispose();
        _client = null;
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

    void Ask(string what, Action call) => Ask(what, () =>
    {
        call();
        return true;
    });

    /// <summary>Each write ended with the brokers' answer.</summary>
    public string Flush() => AppliedVersion.ToString(CultureInfo.InvariantCulture);

    public void Dispose() => _client?.Dispose();
}
