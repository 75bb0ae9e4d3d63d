using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Files;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Testing;
using Millrace.Tests.Connectors;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>A source that is kept at a pace is nearly always in the middle of a batch: what its positions say then.</summary>
public sealed class PacedPositionTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_paced_source_goes_on_behind_the_rows_that_were_committed_and_tells_bad_records_once(int seed)
    {
        // Three rows a second; every seventh record is bad.
        _folder.Write("a.csv", "at,key,value\n" + string.Concat(Enumerable.Range(0, 100).Select(i =>
            $"{DateTimeOffset.FromUnixTimeSeconds(i / 3):yyyy-MM-dd'T'HH:mm:ss'Z'},k{i},{(i % 7 == 5 ? "bad" : i)}\n")));
        var whole = await Run(seed, null, commitsMax: int.MaxValue);
        Assert.Equal(100, whole.Rows.Count + whole.Letters.Count);
        Assert.True(whole.Positions.Count > 20, $"{whole.Positions.Count} commits");
        Assert.Contains(whole.Positions, p => !p.Decoder!.StartsWith("0 ", StringComparison.Ordinal));
        for (var commits = 1; commits < 20; commits += 3)
        {
            var first = await Run(seed, null, commits);
            var second = await Run(seed, first.Positions[^1], commitsMax: int.MaxValue);
            Assert.Equal(whole.Rows, first.Rows.Concat(second.Rows));
            Assert.Equal(whole.Letters, first.Letters.Concat(second.Letters));
            // It takes as long as its rows lie apart, not longer and not at once.
            Assert.InRange(second.Seconds, whole.Seconds - first.Seconds - 3, whole.Seconds - first.Seconds + 3);
        }
    }

    sealed record Found(List<string> Rows, List<string> Letters, List<SourcePosition> Positions)
    {
        public double Seconds { get; set; }
    }

    async Task<Found> Run(int seed, SourcePosition? from, int commitsMax)
    {
        var clock = new VirtualClock();
        var source = Orders.Source(format: "csv", with: s => s with { BadData = BadData.DeadLetter });
        var pipeline = new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("all", source.Plan!)], Settings = new() { BatchRows = 16, CommitInterval = TimeSpan.FromMilliseconds(300) } };
        using var store = new MemoryStore();
        var options = Orders.Options(new(), store, clock, isInline: true) with { Connectors = new ConnectorList().Add(new OneFile(_folder.Path, clock, from)) };
        var (running, run) = await PipelineRunner.OpenAsync(pipeline, options, CancellationToken.None);
        if (from?.Decoder is { } saved) ((ByteFeed)run.Lanes[0].Sources[0].Feeds[0]).Load(saved);
        var found = new Found([], [], []);
        using var heard = running.Subscribe(new Listener(found));
        var random = new Random(seed);
        var began = clock.GetTimestamp();
        try
        {
            while (!run.HasEnded && found.Positions.Count < commitsMax)
            {
                for (var steps = random.Next(1, 9); steps > 0; steps--) run.Lanes[0].Step();
                run.Step();
                if (random.Next(3) > 0) continue;
                clock.Advance(TimeSpan.FromMilliseconds(100));
                run.OnTimer();
            }
            found.Seconds = clock.GetElapsedTime(began).TotalSeconds;
        }
        finally
        {
            await running.EndAsync();
        }
        return found;
    }

    sealed class Listener(Found found) : ICommitListener
    {
        public void OnCommitted(StoreCommit commit)
        {
            foreach (var (table, batches) in commit.Changes)
                foreach (var batch in batches)
                {
                    if (table.Name != DeadLetters.TableName) found.Rows.AddRange(StoredRows.Texts(batch));
                    else
                        for (var row = 0; row < batch.RowCount; row++) found.Letters.Add(Encoding.UTF8.GetString(((TextColumn)batch[4])[row]));
                }
            found.Positions.Add(Assert.Single(commit.Positions));
        }

        public void OnEnded(PipelineState state)
        {
        }
    }

    sealed class OneFile(string folder, TimeProvider clock, SourcePosition? from) : Connector
    {
        public override string Name => "test";
        public override string Summary => "";
        public override IReadOnlyList<OptionSpec> SourceOptions => [];

        public override ISource CreateSource(SourceContext context) =>
            new At(new FileConnector().CreateSource(Reading.Context(folder, clock: clock, options: [("path", "a.csv"), ("speed", "1x")])), from);
    }

    sealed class At(ISource source, SourcePosition? from) : ISource
    {
        public bool IsBounded => source.IsBounded;
        public double? Pace => source.Pace;
        public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> none, CancellationToken stop) => source.OpenAsync(from is null ? [] : [from], stop);
        public ValueTask DisposeAsync() => source.DisposeAsync();
    }
}
