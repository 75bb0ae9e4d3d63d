using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Millrace.Sketches;
using Millrace.Sketches.Frequency;

namespace Millrace.Tests.Sketches.Frequency;

public sealed partial class FrequentItemsTests
{
    [Fact]
    public void Every_image_of_integers_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("frequent_items_long"))
        {
            var sketch = FrequentLongs.Load(row.Image);
            Check(row, sketch, sketch.Estimate);
            sketch = FrequentLongs.Load(sketch.Save());
            Check(row, sketch, sketch.Estimate);
        }
    }

    [Fact]
    public void Every_image_of_texts_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("frequent_items_string"))
        {
            var sketch = FrequentStrings.Load(row.Image);
            Check(row, sketch);
            Check(row, FrequentStrings.Load(sketch.Save()));
        }
    }

    /// <summary>Up to the order of the items, which hangs on the hash: below 1,024 counters the sample of a purge is all of them, so the answers are those of C++.</summary>
    [Fact]
    public void The_same_input_gives_the_answers_of_the_reference()
    {
        foreach (var row in SketchData.Rows("frequent_items_long").Where(r => !r.Parameters.ContainsKey("from")))
        {
            var sketch = new FrequentLongs(int.Parse(row.Parameters["lg_max_map"], CultureInfo.InvariantCulture));
            var n = long.Parse(row.N, CultureInfo.InvariantCulture);
            for (var i = 0L; i < n; i++)
            {
                if (row.Input.StartsWith("wts", StringComparison.Ordinal)) sketch.Update(i, i + 1);
                else Inputs.Feed(row.Input.StartsWith("logu", StringComparison.Ordinal) ? "logu" : "distinct", i, i + 1, sketch.Update, _ => { }, _ => { });
            }
            Check(row, sketch, sketch.Estimate);
            Assert.Equal(row.Image.Length, sketch.Save().Length);
        }
    }

    [Fact]
    public void Bounds_hold_and_frequent_items_are_found()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var truth = new Dictionary<long, long>();
            var random = new Random(seed);
            var (sketch, texts, other) = (new FrequentLongs(7), new FrequentStrings(7), new FrequentLongs(6));
            for (var i = 0; i < 20000; i++)
            {
                var item = (long)Math.Pow(random.NextDouble() * 30, 3);
                var weight = random.Next(1, 4);
                truth[item] = truth.GetValueOrDefault(item) + weight;
                if (i % 3 == 0) other.Update(item, weight);
                else sketch.Update(item, weight);
                texts.Update(Encoding.UTF8.GetBytes(item.ToString(CultureInfo.InvariantCulture)), weight);
            }
            sketch.Merge(other);
            Assert.Equal(truth.Values.Sum(), sketch.TotalWeight);
            Assert.True(texts.MaximumError <= texts.Epsilon * texts.TotalWeight, $"seed {seed}: error {texts.MaximumError} of {texts.TotalWeight}");
            foreach (var (item, weight) in truth)
            {
                var found = sketch.Estimate(item);
                Assert.True(found.Lower <= weight && weight <= found.Upper, $"seed {seed}: {item} came {weight} times, found was {found}");
                var text = texts.Estimate(item.ToString(CultureInfo.InvariantCulture));
                Assert.True(text.Lower <= weight && weight <= text.Upper, $"seed {seed}: {item} came {weight} times, found was {text}");
            }
            var sure = sketch.Rows(FrequentError.NoFalsePositives).Select(r => r.Item).ToHashSet();
            var all = sketch.Rows(FrequentError.NoFalseNegatives).Select(r => r.Item).ToHashSet();
            Assert.All(sure, item => Assert.True(truth[item] > sketch.MaximumError));
            Assert.All(truth.Where(t => t.Value > sketch.MaximumError), t => Assert.Contains(t.Key, all));
        }
    }

    [Fact]
    public void Merging_a_sketch_with_itself_doubles_it()
    {
        var (sketch, texts) = (new FrequentLongs(4), new FrequentStrings(4));
        for (var i = 0; i < 10; i++)
        {
            sketch.Update(i, i + 1);
            texts.Update($"text {i}", i + 1);
        }
        sketch.Merge(sketch);
        texts.Merge(texts);
        Assert.Equal((20, 110), (sketch.Estimate(9).Value, sketch.TotalWeight));
        Assert.Equal((20, 110), (texts.Estimate("text 9").Value, texts.TotalWeight));
    }

    [Fact]
    public void Purging_finds_the_median_of_every_number_of_counters()
    {
        var random = new Random(5);
        for (var length = 1; length <= 200; length++)
        {
            var counters = Enumerable.Range(0, length).Select(_ => (long)random.Next(1, length % 3 == 0 ? 3 : 1000)).ToArray();
            var expected = counters.Order().ElementAt(length / 2);
            Assert.Equal(expected, PurgeMedian.Of(counters));
        }
    }

    static void Check(SketchData.Row row, FrequentLongs sketch, Func<long, Estimate> estimate)
    {
        Answers.Number(row, "weight", sketch.TotalWeight);
        Answers.Number(row, "active", sketch.Active);
        Answers.Number(row, "max_error", sketch.MaximumError);
        Answers.Number(row, "epsilon", sketch.Epsilon);
        Answers.Number(row, "rows_nfp", sketch.Rows(FrequentError.NoFalsePositives).Count);
        Answers.Number(row, "rows_nfn", sketch.Rows(FrequentError.NoFalseNegatives).Count);
        CheckItems(row, item => estimate(long.Parse(item, CultureInfo.InvariantCulture)));
    }

    static void Check(SketchData.Row row, FrequentStrings sketch)
    {
        Answers.Number(row, "weight", sketch.TotalWeight);
        Answers.Number(row, "active", sketch.Active);
        Answers.Number(row, "max_error", sketch.MaximumError);
        Answers.Number(row, "epsilon", sketch.Epsilon);
        Answers.Number(row, "rows_nfp", sketch.Rows(FrequentError.NoFalsePositives).Count);
        Answers.Number(row, "rows_nfn", sketch.Rows(FrequentError.NoFalseNegatives).Count);
        CheckItems(row, item => sketch.Estimate(long.TryParse(item, out _) ? $"item-{item}" : item));
    }

    static void CheckItems(SketchData.Row row, Func<string, Estimate> estimate)
    {
        foreach (var (key, expected) in row.Expected)
        {
            var match = Item().Match(key);
            if (!match.Success) continue;
            var found = estimate(match.Groups[1].Value);
            var text = expected.Contains('/') ? $"{found.Lower}/{found.Value}/{found.Upper}" : $"{found.Value}";
            Assert.True(text == expected, $"{row.File}: {key} is {text}, expected was {expected}");
        }
    }

    [GeneratedRegex(@"^item\((.+)\)$")]
    private static partial Regex Item();
}
