using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Tests.Operators.Models;

/// <summary>The law of models as state: however rows are cut into batches, and saved and loaded in the middle, the same comes out.</summary>
public sealed class ModelOperatorTests(ITestOutputHelper log)
{
    static readonly PlanNode s_source = Plans.Source(10);

    public static TheoryData<string> Kinds => [.. ModelKinds.All.Select(k => k.Name)];

    /// <summary>A model of a kind over at, shop, product and quantity that learns the fitting column.</summary>
    static ModelDefinition Model(string name)
    {
        var kind = ModelKinds.Find(name)!;
        return new()
        {
            Name = "m",
            Kind = kind,
            Rows = s_source,
            Features = kind.Answer == ModelAnswer.Number ? [1, 2, 4] : [1, 2, 3],
            Target = kind.Answer switch { ModelAnswer.Class => 4, ModelAnswer.Number => 3, _ => -1 },
            Time = s_source.Times[0],
            Confidence = 0.5,
        };
    }

    void Check(PlanNode plan)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var script = new Script(plan, Plans.Rows(new Random(seed), 400, 12, 1), new HashSet<int> { 10, 50, 100, 150, 200, 250, 333, 360 });
        var (whole, notes) = script.Run(32);
        Assert.True(whole[0].Count > 100);
        foreach (var (cut, isFull, restartAt) in new[] { (1, false, -1), (7, false, 200), (32, true, 250), (32, false, 360) })
        {
            var (other, otherNotes) = script.Run(cut, isFull, restartAt);
            Assert.Equal(Rows(whole), Rows(other));
            Assert.Equal(notes.Late.Order(StringComparer.Ordinal), otherNotes.Late.Order(StringComparer.Ordinal));
        }

        static IEnumerable<string> Rows(Recorder output) => output[0].Where(r => !r.StartsWith("--", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_model_goes_on_as_if_nothing_had_happened(string kind) => Check(PlanBuilder.Learn(Model(kind), "view", LatePolicy.Drop));

    [Theory]
    [InlineData("naive_bayes")]
    [InlineData("bayesian_linear_regression")]
    public void So_do_its_metrics(string kind)
    {
        var model = Model(kind);
        Check(PlanBuilder.Evaluate(PlanBuilder.Learn(model, "view", LatePolicy.Drop), model, 1, 20));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void So_do_series(int horizon) => Check(PlanBuilder.Follow(s_source, [1], 3, s_source.Times[0], horizon, 4, 1, double.NaN, 0.5, "view", LatePolicy.Drop));
}
