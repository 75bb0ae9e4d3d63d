using Millrace.Bench.Harness;

namespace Millrace.Bench.Benchmarks;

/// <summary>The online shop's whole job as users run it, process start included, against pandas.</summary>
abstract class OnlineRetailJob(int copies, double target) : Benchmark
{
    /// <summary>The file.</summary>
    protected abstract string Data(Workshop workshop);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Install("pandas");
        var data = Data(workshop);
        var rows = (long)Workshop.OnlineRetailRows * copies;
        var bytes = new FileInfo(data).Length;
        var answers = workshop.SharedFile("data", "sales");
        var program = Path.Combine(workshop.Root, "millrace");
        Workshop.Execute(program, "--version"); // builds it if need be
        var folder = Path.Combine(workshop.Cache, $"{Name}.millrace");
        CommandContestant ours = null!;
        ours = new("Millrace", rows, bytes, program,
            ["run", Path.Combine(workshop.Root, "samples", "online-retail", "online_retail.sql"), "--until-done", "--json", "--data", folder, "--set", $"DATA={data}"])
        {
            Prepare = () => Delete(folder),
            Check = () => Check(workshop, "millrace", Path.Combine(folder, "millrace.db"), answers, ours.Output.TrimEnd().Split('\n')[^1]),
        };
        return Report.Contest(workshop, this, target, Contest.Hold(workshop.Rounds, warmUps: 1, ours, Pandas("str"), Pandas("category")));

        CommandContestant Pandas(string text)
        {
            var result = Path.Combine(workshop.Cache, $"{Name}.{text}.sqlite");
            return new($"pandas, texts as {text}", rows, bytes, "/usr/bin/python3", [workshop.Peer("online_retail.py"), data, result, .. text == "category" ? [text] : Array.Empty<string>()])
            {
                Check = () => Check(workshop, "pandas", result, answers),
            };
        }
    }

    void Check(Workshop workshop, params string[] arguments) =>
        Workshop.Execute("/usr/bin/python3", [workshop.Peer("check_online_retail.py"), .. arguments[..3], $"{copies}", .. arguments[3..]]);

    static void Delete(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}

/// <summary>One year, the file as it is.</summary>
sealed class OnlineRetail() : OnlineRetailJob(copies: 1, target: 4)
{
    /// <inheritdoc/>
    public override string Name => "online-retail";

    /// <inheritdoc/>
    public override string Summary => "Read, clean by four rules, group four ways, store: one year of an online shop (gz), whole process, against pandas.";

    /// <inheritdoc/>
    protected override string Data(Workshop workshop) => workshop.OnlineRetail();
}

/// <summary>Ten years, plain.</summary>
sealed class OnlineRetail10() : OnlineRetailJob(copies: 10, target: 10)
{
    /// <inheritdoc/>
    public override string Name => "online-retail-10";

    /// <inheritdoc/>
    public override string Summary => "The same job on ten years as plain CSV (5.4 million rows), whole process, against pandas.";

    /// <inheritdoc/>
    protected override string Data(Workshop workshop) => workshop.TenYears();
}
