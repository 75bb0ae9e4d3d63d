using Millrace.Learning.Images;

namespace Millrace.Learning.Linear;

/// <summary>Settings of the linear models that follow gradients.</summary>
public sealed record LinearOptions
{
    /// <summary>How weights follow the gradient; Sgd unless set.</summary>
    public StepMethod Method { get; init; } = StepMethod.Sgd;

    /// <summary>The learning rate, above 0; 0.01 unless set.</summary>
    public double Rate { get; init; } = 0.01;

    /// <summary>Pull of each weight towards 0 by a fixed amount, 0 or more; makes weights exactly 0.</summary>
    public double L1 { get; init; }

    /// <summary>Pull of each weight towards 0 in proportion to it, 0 or more.</summary>
    public double L2 { get; init; }

    internal LinearOptions Checked()
    {
        if (!(Rate > 0) || !double.IsFinite(Rate)) throw new ArgumentOutOfRangeException(nameof(Rate), Rate, "The rate is above 0.");
        if (!(L1 >= 0)) throw new ArgumentOutOfRangeException(nameof(L1), L1, "L1 is 0 or more.");
        if (!(L2 >= 0)) throw new ArgumentOutOfRangeException(nameof(L2), L2, "L2 is 0 or more.");
        return this;
    }

    internal static void Transfer(Archive archive, ref LinearOptions options)
    {
        var (method, rate, l1, l2) = (options.Method, options.Rate, options.L1, options.L2);
        archive.Choice(ref method);
        archive.Value(ref rate);
        archive.Value(ref l1);
        archive.Value(ref l2);
        if (!archive.IsReading) return;
        archive.Require(rate > 0 && double.IsFinite(rate) && l1 >= 0 && l2 >= 0, "its rates are out of range");
        options = new() { Method = method, Rate = rate, L1 = l1, L2 = l2 };
    }
}
