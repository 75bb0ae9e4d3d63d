using Millrace.Learning;
using Millrace.Learning.Decisions;
using Millrace.Learning.Numerics;

namespace Millrace.Tests.Learning.Decisions;

/// <summary>What every bandit keeps: run over the list.</summary>
public sealed class BanditLawTests
{
    public static TheoryData<string> All => [.. Bandits.All.Select(b => b.Name)];

    static IBandit Create(string name, ulong seed = 1) => Bandits.All.Single(b => b.Name == name).Create(4, 2, seed);

    [Fact]
    public void Every_bandit_is_in_the_list()
    {
        var listed = Bandits.All.Select(b => b.Type).ToHashSet();
        Assert.DoesNotContain(typeof(IBandit).Assembly.GetTypes(), t => t.IsAssignableTo(typeof(IBandit)) && !t.IsAbstract && !listed.Contains(t));
    }

    [Theory, MemberData(nameof(All))]
    public void It_finds_the_best_arm_in_any_unit(string name)
    {
        foreach (var unit in (double[])[1e-6, 1, 1e6])
        {
            var bandit = Create(name);
            var random = new SeededRandom(2);
            var best = 0;
            for (var i = 0; i < 3000; i++)
            {
                var arm = bandit.Choose([0.5, 1]);
                if (i >= 1000 && arm == 2) best++;
                bandit.Learn(arm, unit * ((arm == 2 ? 1 : 0.5) + 0.3 * random.NextNormal()), [0.5, 1]);
            }
            Assert.True(best > 1700, $"unit {unit}: {best} of 2,000");
        }
    }

    [Fact]
    public void The_contextual_one_finds_the_best_arm_of_each_context()
    {
        var bandit = new LinearUcb(2, 1);
        var random = new SeededRandom(3);
        var right = 0;
        for (var i = 0; i < 2000; i++)
        {
            double[] context = [random.Next(2) == 0 ? -1 : 1];
            var arm = bandit.Choose(context);
            var isBest = arm == (context[0] > 0 ? 1 : 0);
            if (i >= 500 && isBest) right++;
            bandit.Learn(arm, (isBest ? 1 : 0) + 0.2 * random.NextNormal(), context);
        }
        Assert.True(right > 1400, $"{right} of 1,500");
    }

    [Theory, MemberData(nameof(All))]
    public void Saved_and_loaded_in_the_middle_nothing_changes(string name)
    {
        var (straight, broken) = (Create(name), Create(name));
        var random = new SeededRandom(4);
        for (var i = 0; i < 500; i++)
        {
            double[] context = [random.NextNormal(), 1];
            var arm = straight.Choose(context);
            Assert.Equal(arm, broken.Choose(context));
            var reward = arm + random.NextNormal();
            straight.Learn(arm, reward, context);
            broken.Learn(arm, reward, context);
            if (i % 41 == 3) broken = broken.Copy();
        }
        straight.Reset();
        Assert.Equal(Create(name).Save(), straight.Save());
    }

    [Theory, MemberData(nameof(All))]
    public void Odd_rewards_and_contexts_are_no_error(string name)
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, -1e300, 1e-300, 0];
        var bandit = Create(name);
        var random = new SeededRandom(5);
        for (var i = 0; i < 2000; i++)
        {
            double[] context = [odd[random.Next(odd.Length)], random.NextNormal()];
            var arm = bandit.Choose(context);
            Assert.InRange(arm, 0, 3);
            bandit.Learn(arm, i % 3 == 0 ? odd[random.Next(odd.Length)] : random.NextNormal(), context);
            for (var a = 0; a < 4; a++) Assert.True(double.IsFinite(bandit.Expected(a, context)));
        }
    }
}
