namespace Millrace.Learning.Numerics;

/// <summary>The normal distribution.</summary>
static class Normal
{
    /// <summary>The share of values at most z deviations above the mean.</summary>
    /// <remarks>West (2005), Better approximations to cumulative normal functions; after Hart (1968): 15 digits.</remarks>
    public static double Cumulative(double z)
    {
        var x = Math.Abs(z);
        double tail;
        if (x > 37) tail = 0;
        else
        {
            var e = Math.Exp(-x * x / 2);
            if (x < 7.07106781186547)
            {
                var up = (((((3.52624965998911e-02 * x + 0.700383064443688) * x + 6.37396220353165) * x + 33.912866078383) * x + 112.079291497871) * x + 221.213596169931) * x + 220.206867912376;
                var down = ((((((8.83883476483184e-02 * x + 1.75566716318264) * x + 16.064177579207) * x + 86.7807322029461) * x + 296.564248779674) * x + 637.333633378831) * x + 793.826512519948) * x + 440.413735824752;
                tail = e * up / down;
            }
            else tail = e / (x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))) / 2.506628274631;
        }
        return z > 0 ? 1 - tail : tail;
    }

    /// <summary>The z below which a share of the values lies, share in 0 to 1 without the ends.</summary>
    /// <remarks>Bisection on <see cref="Cumulative"/>; used when settings are made, not per row.</remarks>
    public static double Quantile(double share)
    {
        double low = -38, high = 38;
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            if (Cumulative(middle) < share) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
