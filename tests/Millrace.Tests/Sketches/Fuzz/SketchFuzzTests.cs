using System.Globalization;
using Millrace.Sketches;

namespace Millrace.Tests.Sketches.Fuzz;

/// <summary>
/// Strategy: sound images of every kind of sketch are damaged in one to three places, the preamble most, and loaded; what loads is asked, updated, saved and
/// loaded again. Invariants: loading throws <see cref="SketchFormatException"/> or nothing; using what was loaded throws nothing; loading allocates in
/// proportion to the image. ./bench/fuzz-sketches N SEED runs as many as one likes.
/// </summary>
public sealed class SketchFuzzTests(ITestOutputHelper output)
{
    // The greatest that is justified: packed differences of one bit become hashes of 64 bits; an exception with its message takes a few kilobytes.
    const int BytesPerByte = 70;
    const int BytesAlways = 64 * 1024;

    [Fact]
    public void A_damaged_image_gives_the_documented_exception_or_a_sketch()
    {
        var count = Number("MILLRACE_FUZZ_SKETCHES", 20_000);
        var seed = (int)Number("MILLRACE_FUZZ_SEED", 1);
        FuzzTarget[] targets = [.. DistinctTargets.All(), .. SummaryTargets.All()];
        var random = new Random(seed);
        var refused = 0L;
        for (var i = 0L; i < count; i++)
        {
            var target = targets[(int)(i % targets.Length)];
            var image = Damage.Of(target.Images[random.Next(target.Images.Length)], target.Images[random.Next(target.Images.Length)], random);
            try
            {
                if (!Try(target, image)) refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"{target.Name}, image {i} of seed {seed}: {Convert.ToHexString(image.AsSpan(0, Math.Min(image.Length, 400)))} ({image.Length} bytes)\n{fault}");
            }
        }
        output.WriteLine($"{count} images, seed {seed}, {refused} refused");
        Assert.True(refused > count / 10, $"only {refused} of {count} images were refused");
        Assert.True(refused < count, "every image was refused");
    }

    [Fact]
    public void Sound_images_load()
    {
        foreach (var target in DistinctTargets.All().Concat(SummaryTargets.All()))
            foreach (var image in target.Images) Assert.True(Try(target, image), $"{target.Name}: an image of {image.Length} bytes is refused before it is damaged");
    }

    static bool Try(FuzzTarget target, byte[] image)
    {
        Action use;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            use = target.Load(image);
        }
        catch (SketchFormatException)
        {
            return false;
        }
        finally
        {
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated <= BytesAlways + (long)BytesPerByte * image.Length, $"{allocated} bytes were allocated for an image of {image.Length}");
        }
        use();
        return true;
    }

    static long Number(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
