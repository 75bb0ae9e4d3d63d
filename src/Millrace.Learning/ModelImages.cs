using Millrace.Learning.Images;

namespace Millrace.Learning;

/// <summary>What every learner can do besides learning: be saved as bytes, loaded, copied and measured.</summary>
/// <remarks>An image: 'M', 'L', version 1, a zero byte, the kind's name, then what the model itself says. Little-endian on every machine.</remarks>
public static class ModelImages
{
    const int Version = 1;

    /// <summary>The model as bytes; <see cref="Load{T}"/> reads them.</summary>
    public static byte[] Save(this ILearner model)
    {
        var archive = Archive.ToWrite();
        var head = Head;
        archive.Value(ref head);
        archive.Learner(ref model);
        return archive.Finish();
    }

    /// <summary>The model that an image describes. The image is copied, not kept.</summary>
    /// <exception cref="ModelFormatException">The image is damaged, of another version or of another kind; never another exception.</exception>
    /// <typeparam name="T">What it must be.</typeparam>
    public static T Load<T>(ReadOnlySpan<byte> image) where T : class, ILearner
    {
        var archive = Archive.ToRead(image);
        var head = 0;
        archive.Value(ref head);
        if (head != Head) throw new ModelFormatException($"The image begins with {head:X8}; {Head:X8} was expected: a model in version {Version} of Millrace's format.");
        T model = null!;
        archive.Learner(ref model);
        archive.Require(archive.IsAtEnd, "bytes are left over");
        return model;
    }

    /// <summary>Another model of the same kind that has learned the same.</summary>
    public static T Copy<T>(this T model) where T : class, ILearner => Load<T>(model.Save());

    /// <summary>Bytes of memory that the model holds now, to within some tenths. Costs a walk over the model.</summary>
    public static long MemorySize(this ILearner model)
    {
        var archive = Archive.ToCount();
        archive.Learner(ref model);
        return archive.Counted;
    }

    static int Head => 'M' | 'L' << 8 | Version << 16;
}
