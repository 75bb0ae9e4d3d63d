using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Tests.Functions.Aggregate;

/// <summary>What holds for every aggregate on the list, for every type it takes.</summary>
public sealed class AggregateLawTests
{
    const int Groups = 5;
    const int Rows = 300;

    static readonly string[] s_byArrival = ["first_value", "last_value"];

    public sealed record Case(AggregateFunction Function, Signature Signature, bool Distinct)
    {
        public DataType[] Arguments => Signature.Parameters.IsEmpty ? [DataType.Boolean] : [.. Signature.Parameters];
        public bool DependsOnOrder => s_byArrival.Contains(Function.Name);
        public override string ToString() => $"{Function.Name}({(Distinct ? "DISTINCT " : "")}{string.Join(", ", Signature.Parameters)})";
    }

    static IEnumerable<Case> Cases()
    {
        foreach (var plain in Millrace.Functions.Aggregates.All)
        {
            if (plain.Check is not null) continue; // takes images alone: see SketchMergeTests
            foreach (var distinct in new[] { false, true })
            {
                var function = Reference.Placed(plain, distinct);
                if (function.Resolve([], distinct) is { } none) yield return new(function, none, distinct);
                foreach (var type in Samples.Types)
                    if (function.Resolve([type], distinct) is { } signature) yield return new(function, signature, distinct);
                foreach (var (first, second) in s_pairs)
                    if (function.Resolve([first, second], distinct) is { } pair) yield return new(function, pair, distinct);
            }
        }
    }

    /// <summary>Types of two arguments: those of one function each are enough to meet every way in which rows are kept.</summary>
    static readonly (DataType, DataType)[] s_pairs =
    [
        (DataType.Double, DataType.Double), (DataType.Integer, DataType.Timestamp), (DataType.Text, DataType.Text), (DataType.Interval, DataType.Double),
        (DataType.Decimal(30, 10), DataType.Interval), (DataType.Boolean, DataType.Integer), (DataType.Timestamp, DataType.Decimal(9, 2)),
    ];

    public static TheoryData<string> Names => [.. Cases().Select(c => c.ToString()).Distinct()];

    static Case Of(string name) => Cases().First(c => c.ToString() == name);

    /// <summary>Rows with their groups; the last group stays empty.</summary>
    sealed record Input(List<object?[]> Values, List<int> Groups)
    {
        public static Input Random(DataType[] types, Random random, double nulls, int rows = Rows) => new(
            [.. Enumerable.Range(0, rows).Select(_ => types.Select(t => random.NextDouble() < nulls ? null : Samples.Value(t, random)).ToArray())],
            [.. Enumerable.Range(0, rows).Select(_ => random.Next(AggregateLawTests.Groups - 1))]);

        public IEnumerable<object?[]> Of(int group) => Values.Where((_, i) => Groups[i] == group);
        public Input Slice(int from, int to) => new(Values[from..to], Groups[from..to]);
    }

    enum Way { AllRows, ListedRows, Weights, Dictionary }

    sealed class Bench(Case law, int seed) : IDisposable
    {
        public MemoryAccountant Memory { get; } = new();
        public MemoryOwner Owner => Memory.Owner("test");
        readonly List<IDisposable> _states = [];
        TextHeap? _dictionary;

        public AggregateStates States(bool retracts = false)
        {
            var states = law.Function.CreateStates(law.Signature, law.Distinct, Owner, retracts);
            states.EnsureGroups(Groups);
            _states.Add(states);
            return states;
        }

        public void Add(AggregateStates states, Input input, Way way = Way.AllRows, int weight = 1)
        {
            if (way == Way.Dictionary && _dictionary is null)
            {
                _dictionary = Memory.RentHeap();
                _dictionary.MakeDictionary();
            }
            var values = way == Way.ListedRows ? [.. Spread(input.Values)] : input.Values;
            var columns = law.Arguments.Select((type, a) => Samples.Fill(Memory, type, values.Select(v => v[a]), _dictionary)).ToArray();
            int[] rows = way == Way.ListedRows ? [.. Enumerable.Range(0, input.Values.Count).Select(i => 2 * i)] : [];
            int[] weights = way == Way.Weights || weight != 1 ? [.. Enumerable.Repeat(weight, input.Values.Count)] : [];
            states.Add(law.Signature.Parameters.IsEmpty ? [] : columns, rows, input.Groups.ToArray(), weights);
            foreach (var column in columns) column.Release();
        }

        // Other values between those that are listed.
        IEnumerable<object?[]> Spread(List<object?[]> values)
        {
            var random = new Random(seed);
            foreach (var value in values)
            {
                yield return value;
                yield return [.. law.Arguments.Select(t => random.Next(5) == 0 ? null : Samples.Value(t, random))];
            }
        }

        public object?[] Results(AggregateStates states)
        {
            var column = Memory.Rent(law.Signature.Result);
            states.AppendResults(Enumerable.Range(0, Groups).ToArray(), column);
            var results = Enumerable.Range(0, Groups).Select(i => Samples.Read(column, i)).ToArray();
            column.Release();
            return results;
        }

        public void Dispose()
        {
            foreach (var states in _states) states.Dispose();
            _dictionary?.Release();
            Assert.Equal(0, Owner.Bytes);
            Assert.Equal(0, Memory.Alive);
        }
    }

    static object?[] Expected(Case law, Input input) =>
        [.. Enumerable.Range(0, Groups).Select(g => Reference.Of(law.Function.Name, law.Signature, law.Distinct, input.Of(g)))];

    static void AssertSame(Case law, object?[] expected, object?[] actual, string where)
    {
        for (var i = 0; i < expected.Length; i++) Assert.True(IsSame(expected[i], actual[i], law.Function.Name.StartsWith("kurtosis", StringComparison.Ordinal) ? 3 : 0), $"{law}, group {i}, {where}: {actual[i] ?? "NULL"} instead of {expected[i] ?? "NULL"}");
    }

    // A kurtosis is a quotient less 3: what it is off by is in proportion to that.
    static bool IsSame(object? a, object? b, double least) => (a, b) switch
    {
        (double x, double y) => x.Equals(y) || Math.Abs(x - y) <= 1e-13 * Math.Max(least, Math.Max(Math.Abs(x), Math.Abs(y))),
        (Interval x, Interval y) => x.CompareTo(y) == 0, // which of equal intervals is kept is left open
        _ => Equals(a, b),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Equals_the_reference_however_the_rows_come(string name)
    {
        var law = Of(name);
        for (var seed = 1; seed <= 6; seed++)
        {
            var random = new Random(seed);
            foreach (var nulls in new[] { 0, 0.3, 1 })
            {
                foreach (var way in Enum.GetValues<Way>())
                {
                    foreach (var retracts in law.Function.CanRetract ? new[] { false, true } : [false])
                    {
                        using var bench = new Bench(law, seed);
                        var input = Input.Random(law.Arguments, random, nulls);
                        var states = bench.States(retracts);
                        bench.Add(states, input.Slice(0, 100), way);
                        bench.Add(states, input.Slice(100, Rows), way);
                        AssertSame(law, Expected(law, input), bench.Results(states), $"seed {seed}, NULLs {nulls}, {way}, retracts {retracts}");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_group_for_all_rows_equals_the_reference(string name)
    {
        var law = Of(name);
        using var bench = new Bench(law, 1);
        var input = Input.Random(law.Arguments, new Random(1), nulls: 0);
        input = input with { Groups = [.. input.Groups.Select(_ => 2)] };
        var states = bench.States();
        bench.Add(states, input);
        bench.Add(states, input.Slice(0, 0));
        AssertSame(law, Expected(law, input), bench.Results(states), "one group");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Merging_any_split_equals_adding_the_whole(string name)
    {
        var law = Of(name);
        var random = new Random(7);
        foreach (var retracts in law.Function.CanRetract ? new[] { false, true } : [false])
        {
            for (var cut = 0; cut <= 40; cut++)
            {
                using var bench = new Bench(law, cut);
                var input = Input.Random(law.Arguments, random, 0.2, rows: 40);
                var (left, right) = (bench.States(retracts), bench.States(retracts));
                bench.Add(left, input.Slice(0, cut), cut % 2 == 0 ? Way.AllRows : Way.Dictionary);
                bench.Add(right, input.Slice(cut, 40));
                for (var group = 0; group < Groups; group++) left.Merge(group, right, group);
                AssertSame(law, Expected(law, input), bench.Results(left), $"cut at {cut}, retracts {retracts}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_order_of_rows_does_not_matter_where_it_should_not(string name)
    {
        var law = Of(name);
        if (law.DependsOnOrder) return;
        var random = new Random(11);
        using var bench = new Bench(law, 11);
        var input = Input.Random(law.Arguments, random, 0.2);
        var order = Enumerable.Range(0, Rows).ToArray();
        random.Shuffle(order);
        var shuffled = new Input([.. order.Select(i => input.Values[i])], [.. order.Select(i => input.Groups[i])]);
        var (a, b) = (bench.States(), bench.States());
        bench.Add(a, input);
        bench.Add(b, shuffled);
        AssertSame(law, bench.Results(a), bench.Results(b), "shuffled");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_empty_group_and_a_reset_one_give_the_same(string name)
    {
        var law = Of(name);
        foreach (var retracts in law.Function.CanRetract ? new[] { false, true } : [false])
        {
            using var bench = new Bench(law, 3);
            var states = bench.States(retracts);
            var empty = bench.Results(states);
            AssertSame(law, Expected(law, new([], [])), empty, "empty");
            var input = Input.Random(law.Arguments, new Random(3), 0);
            bench.Add(states, input);
            for (var group = 0; group < Groups; group++) states.Reset(group);
            AssertSame(law, empty, bench.Results(states), "reset");
            bench.Add(states, input);
            AssertSame(law, Expected(law, input), bench.Results(states), "used again");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_saved_and_loaded_goes_on_as_before(string name)
    {
        var law = Of(name);
        foreach (var retracts in law.Function.CanRetract ? new[] { false, true } : [false])
        {
            using var bench = new Bench(law, 5);
            var random = new Random(5);
            var (first, second) = (Input.Random(law.Arguments, random, 0.2), Input.Random(law.Arguments, random, 0.2));
            var (saved, loaded) = (bench.States(retracts), bench.States(retracts));
            bench.Add(saved, first);
            for (var group = 0; group < Groups; group++)
            {
                var writer = new StateWriter();
                saved.Save(group, writer);
                var reader = new StateReader(writer.Written);
                loaded.Load(group, ref reader);
                Assert.Equal(0, reader.Remaining);
                var again = new StateWriter();
                loaded.Save(group, again);
                Assert.Equal(writer.Length, again.Length); // the values of a set may stand in another order
            }
            Assert.Equal(bench.Results(saved), bench.Results(loaded));
            bench.Add(saved, second);
            bench.Add(loaded, second);
            Assert.Equal(bench.Results(saved), bench.Results(loaded));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_taken_back_leave_no_trace(string name)
    {
        var law = Of(name);
        if (!law.Function.CanRetract) return;
        for (var seed = 1; seed <= 10; seed++)
        {
            using var bench = new Bench(law, seed);
            var random = new Random(seed);
            var (kept, gone) = (Input.Random(law.Arguments, random, 0.2), Input.Random(law.Arguments, random, 0.2));
            var states = bench.States(retracts: true);
            bench.Add(states, gone.Slice(0, 200));
            bench.Add(states, kept, seed % 2 == 0 ? Way.AllRows : Way.Dictionary);
            _ = bench.Results(states);
            bench.Add(states, gone.Slice(200, Rows), weight: -1); // before they were added
            bench.Add(states, gone.Slice(200, Rows), Way.ListedRows);
            bench.Add(states, gone.Slice(0, 200), Way.ListedRows, weight: -1);
            AssertSame(law, Expected(law, kept), bench.Results(states), $"seed {seed}");
            bench.Add(states, kept, weight: 3);
            bench.Add(states, kept, weight: -4);
            AssertSame(law, Expected(law, new([], [])), bench.Results(states), $"seed {seed}, all taken back");
        }
    }

    [Fact]
    public void Every_aggregate_has_names_of_its_own_a_summary_and_examples()
    {
        var names = new HashSet<string>();
        foreach (var function in Millrace.Functions.Aggregates.All)
        {
            foreach (var name in function.Aliases.Prepend(function.Name))
            {
                Assert.True(names.Add(name), $"{name} is there twice");
                Assert.Equal(name.ToLowerInvariant(), name);
            }
            Assert.EndsWith(".", function.Summary);
            Assert.NotEmpty(function.Examples);
            Assert.StartsWith(function.Name, function.Syntax);
        }
    }
}
