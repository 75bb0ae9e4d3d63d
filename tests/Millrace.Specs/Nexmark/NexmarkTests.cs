using Millrace.Bench.Nexmark;
using Millrace.Data;

namespace Millrace.Specs.Nexmark;

/// <summary>Nexmark's queries on a short stream give the answers that DuckDB and a plain program gave: bench/nexmark/reference, whose checksums stand in answers.txt.</summary>
public sealed class NexmarkTests
{
    static readonly Workload s_workload = new(Events: 60_000);
    static readonly Lazy<Dictionary<string, string>> s_expected = new(() => File.ReadLines(Repository.File("tests/Millrace.Specs/Nexmark/answers.txt"))
        .Select(static line => line.Split(' ', 2)).ToDictionary(static parts => parts[0], static parts => parts[1]));

    public static TheoryData<string> Names => [.. Question.All.Select(static q => q.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task Nexmark_answers_are_those_of_others(string name)
    {
        var memory = new MemoryAccountant();
        using (var events = EventColumns.Make(s_workload, memory))
            Assert.Equal(s_expected.Value[name], await Ask(name, "columns", events, path: ""));
        Assert.Equal(0, memory.Alive);
    }

    [Theory, InlineData("q0"), InlineData("q3"), InlineData("q9"), InlineData("q16"), InlineData("q23")]
    public async Task JSON_lines_give_the_same_answers(string name)
    {
        var path = Path.GetTempFileName();
        try
        {
            EventFiles.WriteJson(s_workload, path);
            Assert.Equal(s_expected.Value[name], await Ask(name, "json", null, path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void One_of_50_events_is_a_person_and_three_are_auctions()
    {
        var generator = new EventGenerator(s_workload);
        var counts = new int[3];
        while (generator.Next() is { } kind) counts[(int)kind]++;
        Assert.Equal([1200, 3600, 55_200], counts);
    }

    [Fact]
    public void Events_depend_on_the_seed_and_their_number_alone()
    {
        Assert.Equal(Bids(s_workload with { Events = 500 }), Bids(s_workload).Take(460));
        Assert.NotEqual(Bids(s_workload with { Events = 500, Seed = 1 }), Bids(s_workload).Take(460));

        static List<(long, long, long)> Bids(Workload workload)
        {
            var generator = new EventGenerator(workload);
            var bids = new List<(long, long, long)>();
            while (generator.Next() is { } kind)
                if (kind == EventKind.Bid) bids.Add((generator.Bid.Auction, generator.Bid.Bidder, generator.Bid.Price));
            return bids;
        }
    }

    static async Task<string> Ask(string name, string source, Connectors.Programs.MemorySource? events, string path)
    {
        var folder = Repository.File("bench/nexmark");
        var sideInput = Path.GetTempFileName();
        var files = Directory.CreateTempSubdirectory("q10-");
        try
        {
            File.WriteAllLines(sideInput, SideInput.Lines);
            var sink = new LinesSink();
            await Asking.Ask(Question.All.Single(q => q.Name == name).Text(folder, source, sink.Name), events, sink,
                new Dictionary<string, string> { ["NEXMARK_SIDE_INPUT"] = sideInput, ["NEXMARK_JSON"] = path, ["NEXMARK_FILES"] = files.FullName }, StillClock.Instance);
            if (name == "q10") CheckFiles(files, sink);
            return sink.Checksum();
        }
        finally
        {
            File.Delete(sideInput);
            files.Delete(recursive: true);
        }
    }

    /// <summary>The rows of q10 stand in files, each in that of its day and minute.</summary>
    static void CheckFiles(DirectoryInfo folder, LinesSink told)
    {
        var rows = new List<string>();
        foreach (var file in folder.EnumerateFiles("rows.csv", SearchOption.AllDirectories))
        {
            var lines = File.ReadAllLines(file.FullName);
            Assert.Equal("auction,bidder,price,datetime,extra,dt,hm", lines[0]);
            foreach (var line in lines[1..])
            {
                var fields = line.Split(',');
                Assert.Equal($"dt={fields[5]}{Path.DirectorySeparatorChar}hm={fields[6].Replace(":", "%3A", StringComparison.Ordinal)}", Path.GetRelativePath(folder.FullName, file.DirectoryName!));
                var time = DateTimeOffset.Parse(fields[3], null, System.Globalization.DateTimeStyles.AssumeUniversal);
                fields[3] = ((time - DateTimeOffset.UnixEpoch).Ticks / 10).ToString(System.Globalization.CultureInfo.InvariantCulture);
                rows.Add(string.Join('|', fields));
            }
        }
        Assert.Equal(told.Lines.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }
}
