namespace Millrace.Sketches.Hll;

/// <summary>Estimates and their errors.</summary>
/// <remarks>
/// HIP: Cohen (2014), All-Distances Sketches, and Ting (2014), Streamed Approximate Counting of Distinct Elements. Raw estimator: Flajolet, Fusy, Gandouet and
/// Meunier (2007), HyperLogLog. Where the count is small, the composite estimator counts the registers that are still 0 (coupon collector).
/// </remarks>
static class HllEstimators
{
    // √ln 2, and √(3 ln 2 - 1).
    const double HipFactor = 0.8325546;
    const double CompositeFactor = 1.03896;

    // Of coupons at the point where they become registers.
    const double CouponError = 0.409 / (1 << 13);

    /// <summary>Relative standard error of a number of deviations, below the estimate or (negative) above it.</summary>
    public static double RelativeError(bool isUpper, bool isMerged, int lgK, int deviations)
    {
        if (lgK > 12) return (isUpper ? -1 : 1) * (deviations * (isMerged ? CompositeFactor : HipFactor)) / Math.Sqrt(1 << lgK);
        var table = isMerged ? isUpper ? MergedUpper : MergedLower : isUpper ? HipUpper : HipLower;
        return table[(lgK - 4) * 3 + deviations - 1];
    }

    /// <summary>The estimate from a number of coupons.</summary>
    public static double OfCoupons(int count) => Math.Max(FromCoupons(count), count);

    /// <summary>Lower and upper bound of the estimate from a number of coupons.</summary>
    public static Estimate OfCoupons(int count, int deviations)
    {
        var estimate = FromCoupons(count);
        return new Estimate(Math.Max(estimate, count), Math.Max(estimate / (1 + deviations * CouponError), count), Math.Max(estimate / (1 - deviations * CouponError), count));
    }

    // Two items may share a coupon of 26 bits and a value: the table says how many items a number of coupons stands for.
    static double FromCoupons(int count) => CubicInterpolation.At(CouponCounts, CouponItems, count);

    /// <summary>The estimate from registers alone.</summary>
    public static double Composite(Registers registers)
    {
        registers.Refresh();
        var lgK = registers.LgK;
        double k = registers.K;
        var means = CompositeTable.Means(lgK);
        var stride = (double)CompositeTable.Stride(lgK);
        var factor = lgK switch
        {
            4 => 0.673,
            5 => 0.697,
            6 => 0.709,
            _ => 0.7213 / (1 + 1.079 / k),
        };
        var raw = factor * k * k / (registers.LowSum + registers.HighSum);
        // Written so that a sum that is no number, which only a damaged image has, gives 0.
        if (!(raw >= means[0])) return 0;
        if (raw > means[^1]) return raw * (stride * (means.Length - 1) / means[^1]);
        var adjusted = CubicInterpolation.At(means, stride, raw);
        if (adjusted > 3 * k) return adjusted;
        var linear = Linear(registers);
        // The mean of both decides, which biases less than either.
        var crossing = lgK switch
        {
            4 => 0.718,
            5 => 0.672,
            _ => 0.64,
        };
        return (adjusted + linear) / 2 > crossing * k ? adjusted : linear;
    }

    static double Linear(Registers registers)
    {
        double k = registers.K;
        var zeros = registers.Zeros;
        return zeros == 0 ? k * Math.Log(k / 0.5) : k * (Harmonic(registers.K) - Harmonic(zeros));
    }

    // 1 + 1/2 + ... + 1/n: summed, or by the series of Euler and Maclaurin where that is exact to a double.
    static double Harmonic(int n)
    {
        if (n < 25)
        {
            var sum = 0.0;
            for (var i = n; i > 0; i--) sum += 1.0 / i;
            return sum;
        }
        var x = (double)n;
        var square = 1 / (x * x);
        return Math.Log(x) + 0.57721566490153286 + 1 / (2 * x) - square * (1 / 12.0 - square * (1 / 120.0 - square * (1 / 252.0 - square / 240)));
    }

    // Quantiles of the relative error at 1, 2 and 3 deviations for each lgK from 4 to 12, where it is not yet normal; measured by the Apache
    // DataSketches project, as is the table of coupons.
    static ReadOnlySpan<double> HipLower =>
    [
        0.207316195, 0.502865572, 0.882303765,
        0.146981579, 0.335426881, 0.557052,
        0.104026721, 0.227683872, 0.365888317,
        0.073614601, 0.156781585, 0.245740374,
        0.05205248, 0.108783763, 0.168030442,
        0.036770852, 0.075727545, 0.11593785,
        0.025990219, 0.053145536, 0.080772263,
        0.018373987, 0.037266176, 0.056271814,
        0.012936253, 0.02613829, 0.039387631,
    ];

    static ReadOnlySpan<double> HipUpper =>
    [
        -0.207805347, -0.355574279, -0.475535095,
        -0.146988328, -0.262390832, -0.360864026,
        -0.103877775, -0.191503663, -0.269311582,
        -0.073452978, -0.138513438, -0.198487447,
        -0.051982806, -0.099703123, -0.144128618,
        -0.036768609, -0.07138158, -0.104430324,
        -0.025991325, -0.050854296, -0.0748143,
        -0.01834533, -0.036121138, -0.05327616,
        -0.012920332, -0.025572893, -0.037896952,
    ];

    static ReadOnlySpan<double> MergedLower =>
    [
        0.254409839, 0.682266712, 1.304022158,
        0.181817353, 0.443389054, 0.778776219,
        0.129432281, 0.295782195, 0.49252279,
        0.091640655, 0.201175925, 0.323664385,
        0.064858051, 0.138523393, 0.218805328,
        0.045851855, 0.095925072, 0.148635751,
        0.032454144, 0.067009668, 0.102660669,
        0.022921382, 0.046868565, 0.071307398,
        0.016155679, 0.032825719, 0.049677541,
    ];

    static ReadOnlySpan<double> MergedUpper =>
    [
        -0.256980172, -0.411905944, -0.52651057,
        -0.182332109, -0.310275547, -0.412660505,
        -0.129314228, -0.230142294, -0.315636197,
        -0.091584836, -0.16834013, -0.236346847,
        -0.06487411, -0.122045231, -0.174112107,
        -0.04591465, -0.08784505, -0.126917615,
        -0.032433119, -0.062897613, -0.091862929,
        -0.022960633, -0.044875401, -0.065736049,
        -0.016186662, -0.031827816, -0.046973459,
    ];

    static ReadOnlySpan<double> CouponCounts =>
    [
        0, 1, 20, 400, 8000, 160000, 300000, 600000, 900000, 1200000,
        1500000, 1800000, 2100000, 2400000, 2700000, 3000000, 3300000, 3600000, 3900000, 4200000,
        4500000, 4800000, 5100000, 5400000, 5700000, 6000000, 6300000, 6600000, 6900000, 7200000,
        7500000, 7800000, 8100000, 8400000, 8700000, 9000000, 9300000, 9600000, 9900000, 10200000,
    ];

    static ReadOnlySpan<double> CouponItems =>
    [
        0, 1, 20.00000094374026, 400.0003963713384, 8000.158929460209,
        160063.60677637596, 300223.70715976635, 600895.593385617, 902016.8065120955, 1203588.498319951,
        1505611.8245524743, 1808087.9449319066, 2111018.0231759353, 2414403.22701425, 2718244.728205189,
        3022543.702552454, 3327301.329921909, 3632518.794258454, 3938197.283602969, 4244337.990109356,
        4550942.110061649, 4858010.843891189, 5165545.396193897, 5473546.975747645, 5782016.7955296505,
        6090956.072734016, 6400366.028789296, 6710247.889376201, 7020602.884445314, 7331432.248234972,
        7642737.219289148, 7954519.0404754765, 8266778.959003342, 8579518.226442046, 8892738.098739047,
        9206439.836238328, 9520624.703698829, 9835293.97031292, 10150448.909725029, 10466090.800050326,
    ];
}
