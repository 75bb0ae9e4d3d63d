using System.Reflection;
using Millrace.Learning;
using Millrace.Learning.Numerics;

namespace Millrace.Tests.Learning;

/// <summary>What every model keeps, whatever it is: run over the list, so that a new line is tested the moment it stands there.</summary>
public sealed class ModelLawTests
{
    const int Rows = 600;

    static readonly FeatureSet s_mixed = new(FeatureKind.Numeric, FeatureKind.Nominal, FeatureKind.Numeric, FeatureKind.Numeric);

    public static TheoryData<string> All => [.. Models.All.Select(m => m.Name)];

    public static TheoryData<string> Classifiers => [.. Models.All.Where(m => m.Task == ModelTask.Classification).Select(m => m.Name)];

    public static TheoryData<string> Regressors => [.. Models.All.Where(m => m.Task == ModelTask.Regression).Select(m => m.Name)];

    [Fact]
    public void Every_model_is_in_the_list()
    {
        var listed = Models.All.Select(m => m.Type).ToHashSet();
        var composed = new[] { typeof(Millrace.Learning.Preparation.PreparedClassifier), typeof(Millrace.Learning.Preparation.PreparedRegressor) };
        Assert.DoesNotContain(typeof(IModel).Assembly.GetTypes(), t => t.IsAssignableTo(typeof(IModel)) && !t.IsAbstract && !t.IsAssignableTo(typeof(Millrace.Learning.Clustering.IClusterer)) && !listed.Contains(t) && !composed.Contains(t));
        Assert.Equal(Models.All.Count, Models.All.Select(m => m.Name).Distinct().Count());
    }

    [Theory, MemberData(nameof(All))]
    public void Learning_and_predicting_leave_the_input_as_it_is(string name)
    {
        var model = new AnyModel(name, s_mixed);
        var random = new SeededRandom(1);
        var row = new double[4];
        for (var i = 0; i < Rows; i++)
        {
            var target = Fill(row, ref random, i % 7 == 0);
            var before = row.ToArray();
            model.Predict(row);
            model.Learn(row, target);
            Assert.Equal(before, row);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Equal_seeds_and_rows_give_equal_answers(string name)
    {
        var first = new AnyModel(name, s_mixed);
        var second = new AnyModel(name, s_mixed);
        Assert.Equal(Answers(first, 2), Answers(second, 2));
    }

    [Theory, MemberData(nameof(All))]
    public void After_a_reset_it_is_as_new(string name)
    {
        var model = new AnyModel(name, s_mixed);
        var expected = Answers(new AnyModel(name, s_mixed), 3);
        Answers(model, 4);
        model.Model.Reset();
        Assert.Equal(expected, Answers(model, 3));
    }

    [Theory, MemberData(nameof(All))]
    public void Saved_and_loaded_in_the_middle_nothing_changes(string name)
    {
        var straight = new AnyModel(name, s_mixed);
        var broken = new AnyModel(name, s_mixed);
        var random = new SeededRandom(5);
        var row = new double[4];
        for (var i = 0; i < Rows; i++)
        {
            var target = Fill(row, ref random, i % 9 == 0);
            Assert.Equal(straight.Predict(row), broken.Predict(row));
            straight.Learn(row, target);
            broken.Learn(row, target);
            if (i % 97 != 0) continue;
            var image = broken.Model.Save();
            broken = new(ModelImages.Load<IModel>(image));
            Assert.Equal(image, broken.Model.Save());
        }
    }

    [Theory, MemberData(nameof(All))]
    public void A_damaged_image_is_told_and_nothing_else_happens(string name)
    {
        const ulong Seed = 6;
        var model = new AnyModel(name, s_mixed);
        Answers(model, 6);
        var image = model.Model.Save();
        var random = new SeededRandom(Seed);
        for (var i = 0; i < 300; i++)
        {
            var damaged = image.ToArray();
            for (var k = 0; k < 3; k++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (i % 3 == 0) damaged = damaged[..random.Next(damaged.Length)];
            try
            {
                var loaded = new AnyModel(ModelImages.Load<IModel>(damaged));
                if (loaded.Model.Features.Count == 4) Answers(loaded, 7, rows: 20, mayBeOdd: true);
            }
            catch (ModelFormatException) { }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {Seed}, damage {i}: {fault}");
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Missing_infinite_and_extreme_values_give_finite_answers(string name)
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, -1e300, 1e-300, 0, double.MaxValue, double.Epsilon, -0.0, 1, 1e10];
        foreach (var scale in (double[])[1e-300, 1e-10, 1, 1e10, 1e300])
        {
            var model = new AnyModel(name, s_mixed);
            var random = new SeededRandom(8);
            var row = new double[4];
            for (var i = 0; i < Rows; i++)
            {
                var target = Fill(row, ref random, false);
                for (var c = 0; c < row.Length; c++) row[c] = random.Next(4) == 0 ? odd[random.Next(odd.Length)] : c == 1 ? row[c] : row[c] * scale;
                AssertSound(model.Predict(row), $"{scale} row {i}");
                model.Learn(row, model.IsClassifier ? target : random.Next(20) == 0 ? odd[random.Next(odd.Length)] : target * scale);
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Categories_never_seen_and_codes_that_are_none_are_no_error(string name)
    {
        var model = new AnyModel(name, s_mixed);
        Answers(model, 9);
        foreach (var code in (double[])[40, 65_535, 65_536, 1e9, -1, 0.5, double.NaN])
        {
            AssertSound(model.Predict([0.1, code, 0.2, 0.3]), $"code {code}");
            model.Learn([0.1, code, 0.2, 0.3], 1);
            AssertSound(model.Predict([0.1, code, 0.2, 0.3]), $"code {code}");
        }
    }

    [Theory, MemberData(nameof(All))]
    public void One_class_or_one_number_only_is_learned(string name)
    {
        var model = new AnyModel(name, s_mixed);
        var random = new SeededRandom(10);
        var row = new double[4];
        for (var i = 0; i < Rows; i++)
        {
            Fill(row, ref random, i % 5 == 0);
            model.Learn(row, 1);
        }
        var answers = model.Predict(row);
        if (model.IsClassifier) Assert.True(answers[1] > answers[0]);
        else if (model.Model is IRegressor) Assert.Equal(1, answers[0], 1e-9);
    }

    [Theory, MemberData(nameof(Classifiers))]
    public void A_class_that_comes_later_is_learned(string name)
    {
        var model = (IClassifier)Models.Find(name).Create(new(s_mixed));
        var random = new SeededRandom(11);
        var row = new double[4];
        for (var i = 0; i < Rows; i++) model.Learn(row, (int)Fill(row, ref random, false));
        for (var i = 0; i < Rows; i++)
        {
            Fill(row, ref random, false);
            row[0] += 8;
            model.Learn(row, 4);
        }
        Assert.Equal(5, model.Classes);
        var probabilities = new double[5];
        model.Predict([8.5, 1, 0.5, 0.5], probabilities);
        AssertSound(probabilities, "later class");
        Assert.Equal(4, Array.IndexOf(probabilities, probabilities.Max()));
    }

    [Theory, MemberData(nameof(Classifiers))]
    public void A_label_that_is_none_is_refused_with_a_name(string name)
    {
        var model = (IClassifier)Models.Find(name).Create(new(s_mixed));
        Assert.Contains("label", Assert.Throws<ArgumentOutOfRangeException>(() => model.Learn(new double[4], -1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Learn(new double[4], 65_536));
    }

    [Theory, MemberData(nameof(All))]
    public void A_row_of_another_length_is_refused_with_both_lengths(string name)
    {
        var model = new AnyModel(name, s_mixed);
        var fault = Assert.Throws<ArgumentException>(() => model.Learn(new double[3], 0));
        Assert.Contains("3", fault.Message, StringComparison.Ordinal);
        Assert.Contains("4", fault.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Classifiers))]
    public void It_beats_the_most_frequent_class(string name)
    {
        var model = new AnyModel(name, s_mixed);
        var random = new SeededRandom(12);
        var row = new double[4];
        int hits = 0, ones = 0;
        for (var i = 0; i < 4 * Rows; i++)
        {
            var target = Fill(row, ref random, false);
            var answers = model.Predict(row);
            if (i >= Rows)
            {
                if (answers[1] > answers[0] == (target == 1)) hits++;
                if (target == 1) ones++;
            }
            model.Learn(row, target);
        }
        var constant = Math.Max(ones, 3 * Rows - ones) / (3.0 * Rows);
        Assert.True(hits / (3.0 * Rows) > constant + 0.15, $"{hits / (3.0 * Rows):F3} against {constant:F3}");
    }

    [Theory, MemberData(nameof(Regressors))]
    public void It_beats_the_mean(string name)
    {
        var model = (IRegressor)Models.Find(name).Create(new(s_mixed));
        var random = new SeededRandom(13);
        var row = new double[4];
        double error = 0, errorOfMean = 0, mean = 0;
        for (var i = 0; i < 4 * Rows; i++)
        {
            Fill(row, ref random, false);
            var target = 100 + 7 * row[0] - 3 * row[2] + (row[1] == 2 ? 5 : 0);
            if (i >= Rows)
            {
                error += Math.Abs(model.Predict(row) - target);
                errorOfMean += Math.Abs(mean - target);
            }
            mean += (target - mean) / (i + 1);
            model.Learn(row, target);
        }
        Assert.True(error < 0.6 * errorOfMean, $"{error:F0} against {errorOfMean:F0}");
    }

    [Theory, MemberData(nameof(All))]
    public void Predicting_allocates_nothing_and_learning_only_what_it_grows(string name)
    {
        var model = new AnyModel(name, FeatureSet.Numeric(4));
        var random = new SeededRandom(14);
        var row = new double[4];
        var target = 0.0;
        for (var i = 0; i < 20_000; i++)
        {
            target = Fill(row, ref random, false);
            model.Predict(row);
            model.Learn(row, target);
        }
        var size = model.Model.MemorySize();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) model.Predict(row);
        var predicting = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            target = Fill(row, ref random, false);
            model.Learn(row, target);
        }
        var learning = GC.GetAllocatedBytesForCurrentThread() - before;
        // A collection that another test brings about may count what is left of this thread's allocation context, up to 8 kB; the least that an object for each row would take is 24,000 bytes.
        Assert.InRange(predicting, 0, 23_999);
        // Trees grow and replace branches besides.
        Assert.True(learning < Math.Max(24_000, (model.Model.MemorySize() - size) * 4), $"{learning} bytes in 1,000 rows");
    }

    [Theory, MemberData(nameof(All))]
    public void Its_size_is_told_and_grows_with_what_it_holds(string name)
    {
        var small = new AnyModel(name, FeatureSet.Numeric(2));
        var large = new AnyModel(name, FeatureSet.Numeric(64));
        Assert.InRange(small.Model.MemorySize(), 50, 20_000_000);
        for (var i = 0; i < 10; i++)
        {
            small.Learn(new double[2], i % 2);
            large.Learn(new double[64], i % 2);
        }
        Assert.True(large.Model.MemorySize() > small.Model.MemorySize());
    }

    [Theory, MemberData(nameof(All))]
    public void The_class_tells_its_weakness_and_its_paper(string name)
    {
        var type = Models.Find(name).Type;
        var file = Directory.EnumerateFiles(Repository.Path("src/Millrace.Learning"), $"{type.Name}.cs", SearchOption.AllDirectories).Single();
        var text = File.ReadAllText(file);
        Assert.Contains("Weakness:", text, StringComparison.Ordinal);
        Assert.Matches(@"/// <para>.*\((19|20)\d\d\)", text);
    }

    [Fact]
    public void Models_that_merge_know_as_much_as_one_that_saw_all()
    {
        foreach (var entry in Models.All.Where(m => m.Type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IMergeable<>))))
        {
            var whole = new AnyModel(entry.Name, s_mixed);
            var parts = new[] { new AnyModel(entry.Name, s_mixed), new AnyModel(entry.Name, s_mixed) };
            var random = new SeededRandom(15);
            var row = new double[4];
            for (var i = 0; i < Rows; i++)
            {
                var target = Fill(row, ref random, i % 11 == 0);
                whole.Learn(row, target);
                parts[i % 3 == 0 ? 0 : 1].Learn(row, target);
            }
            entry.Type.GetMethod("Merge", BindingFlags.Public | BindingFlags.Instance)!.Invoke(parts[0].Model, [parts[1].Model]);
            for (var i = 0; i < 50; i++)
            {
                Fill(row, ref random, false);
                var (one, two) = (whole.Predict(row), parts[0].Predict(row));
                for (var c = 0; c < one.Length; c++) Assert.Equal(one[c], two[c], 1e-9);
            }
        }
    }

    /// <summary>A row of two classes that a line parts well but not wholly; some values missing if asked.</summary>
    static double Fill(double[] row, ref SeededRandom random, bool misses)
    {
        var target = random.Next(2);
        row[0] = random.NextNormal() + 2 * target;
        row[1] = random.Next(4);
        row[2] = random.NextNormal() - target;
        row[3] = random.NextDouble();
        if (misses) row[random.Next(row.Length)] = double.NaN;
        return target;
    }

    static List<double> Answers(AnyModel model, ulong seed, int rows = Rows, bool mayBeOdd = false)
    {
        var random = new SeededRandom(seed);
        var row = new double[4];
        var answers = new List<double>();
        for (var i = 0; i < rows; i++)
        {
            var target = Fill(row, ref random, i % 7 == 0);
            var answer = model.Predict(row);
            if (!mayBeOdd) AssertSound(answer, $"row {i}");
            answers.AddRange(answer);
            model.Learn(row, target);
        }
        return answers;
    }

    static void AssertSound(double[] answers, string where)
    {
        Assert.True(Array.TrueForAll(answers, double.IsFinite), $"{where}: {string.Join(", ", answers)}");
        if (answers.Length > 1) Assert.True(Math.Abs(answers.Sum() - 1) < 1e-9, $"{where}: {string.Join(", ", answers)}");
    }
}
