using Millrace.Learning;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;
using Millrace.Learning.Preparation;

namespace Millrace.Tests.Learning.Preparation;

/// <summary>What every transform keeps: run over the list.</summary>
public sealed class TransformLawTests
{
    static readonly FeatureSet s_mixed = new(FeatureKind.Numeric, FeatureKind.Nominal, FeatureKind.Numeric);

    public static TheoryData<string> All => [.. Transforms.All.Select(t => t.Name)];

    [Fact]
    public void Every_transform_is_in_the_list()
    {
        var listed = Transforms.All.Select(t => t.Type).ToHashSet();
        Assert.DoesNotContain(typeof(ITransform).Assembly.GetTypes(), t => t.IsAssignableTo(typeof(ITransform)) && !t.IsAbstract && !listed.Contains(t));
    }

    [Theory, MemberData(nameof(All))]
    public void The_input_stays_and_the_output_holds_no_infinity(string name)
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, -1e300, 1e-300, 0];
        var transform = Find(name).Create(s_mixed);
        var random = new SeededRandom(1);
        var output = new double[transform.Output.Count];
        for (var i = 0; i < 500; i++)
        {
            double[] row = [random.Next(3) == 0 ? odd[random.Next(odd.Length)] : random.NextNormal(), random.Next(5), random.Next(3) == 0 ? odd[random.Next(odd.Length)] : i];
            var before = row.ToArray();
            transform.Transform(row, output);
            transform.Learn(row, i % 9 == 0 ? double.NaN : i);
            transform.Transform(row, output);
            Assert.Equal(before, row);
            if (row.All(double.IsFinite) && name is not ("target_history" or "lags")) Assert.DoesNotContain(output, v => !double.IsFinite(v));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Saved_and_loaded_in_the_middle_nothing_changes(string name)
    {
        var straight = Find(name).Create(s_mixed);
        var broken = Find(name).Create(s_mixed);
        var random = new SeededRandom(2);
        var (one, two) = (new double[straight.Output.Count], new double[straight.Output.Count]);
        for (var i = 0; i < 400; i++)
        {
            double[] row = [random.NextNormal(), random.Next(5), random.Next(6) == 0 ? double.NaN : i];
            straight.Transform(row, one);
            broken.Transform(row, two);
            Assert.Equal(one, two);
            straight.Learn(row, i);
            broken.Learn(row, i);
            straight.Transform(row, one);
            broken.Transform(row, two);
            Assert.Equal(one, two);
            if (i % 50 != 7) continue;
            var archive = Archive.ToWrite();
            broken.Transfer(archive);
            broken = Find(name).Blank();
            broken.Transfer(Archive.ToRead(archive.Finish()));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void After_a_reset_it_is_as_new(string name)
    {
        var (used, fresh) = (Find(name).Create(s_mixed), Find(name).Create(s_mixed));
        var (one, two) = (new double[used.Output.Count], new double[used.Output.Count]);
        for (var i = 0; i < 50; i++) used.Learn([i, i % 3, -i], i);
        used.Reset();
        used.Transform([1, 2, 3], one);
        fresh.Transform([1, 2, 3], two);
        Assert.Equal(two, one);
    }

    static TransformEntry Find(string name) => Transforms.All.Single(t => t.Name == name);
}
