using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Places on the globe, as latitude and longitude in degrees (WGS 84).</summary>
internal static class Geo
{
    /// <summary>The mean radius of the earth in metres (IUGG 1980).</summary>
    const double Radius = 6_371_008.8;

    public static ScalarFunction[] All { get; } =
    [
        new ValueFunction<double>("geo_distance haversine", "geo", "geo_distance(lat1, lon1, lat2, lon2)",
            "Metres between two places along a great circle of a ball of 6,371,008.8 m radius (haversine): within 0.6 % of the true distance. A latitude beyond 90 degrees is an error.",
            [Gives(Real, Real, Real, Real, Real)], Distance, ("round(geo_distance(52.52, 13.405, 48.8566, 2.3522))", "877465"), ("geo_distance(1, 2, 1, 2)", "0")),
        new TextFunction("geohash", "geo", "geohash(lat, lon [, characters])", "The geohash of a place, 12 characters unless given (1 to 12): places that begin alike are close together.", [Gives(Text, Real, Real), Gives(Text, Real, Real, Int)], Hash,
            ("geohash(57.64911, 10.40744, 11)", "u4pruydqqvj")),
    ];

    static bool IsPlace(double latitude, double longitude, Outcome outcome)
    {
        if (Math.Abs(latitude) <= 90 && double.IsFinite(longitude)) return true;
        outcome.Fail(FormattableString.Invariant($"latitude {latitude}, longitude {longitude} is no place: latitudes go from -90 to 90"));
        return false;
    }

    static double Distance(in Row row, Outcome outcome)
    {
        var (lat1, lon1, lat2, lon2) = (row.Double(0), row.Double(1), row.Double(2), row.Double(3));
        if (!IsPlace(lat1, lon1, outcome) || !IsPlace(lat2, lon2, outcome)) return 0;
        var (north, east) = (Math.Sin(double.DegreesToRadians(lat2 - lat1) / 2), Math.Sin(double.DegreesToRadians(lon2 - lon1) / 2));
        var part = north * north + Math.Cos(double.DegreesToRadians(lat1)) * Math.Cos(double.DegreesToRadians(lat2)) * east * east;
        return 2 * Radius * Math.Asin(Math.Min(1, Math.Sqrt(part)));
    }

    // Halving longitude and latitude in turn, five halvings a character (Niemeyer 2008).
    static void Hash(in Row row, Outcome outcome)
    {
        var (latitude, longitude) = (row.Double(0), row.Double(1));
        var length = row.Count > 2 ? row.Int(2) : 12;
        if (!IsPlace(latitude, longitude, outcome)) return;
        if (length is < 1 or > 12 || Math.Abs(longitude) > 180)
        {
            outcome.Fail(FormattableString.Invariant($"a geohash has 1 to 12 characters, not {length}, and longitudes go from -180 to 180"));
            return;
        }
        var (south, north, west, east) = (-90.0, 90.0, -180.0, 180.0);
        var character = 0;
        for (var bit = 0; bit < length * 5; bit++)
        {
            var isEast = bit % 2 == 0;
            var middle = isEast ? (west + east) / 2 : (south + north) / 2;
            var isUpper = (isEast ? longitude : latitude) >= middle;
            if (isEast) (west, east) = isUpper ? (middle, east) : (west, middle);
            else (south, north) = isUpper ? (middle, north) : (south, middle);
            character = character << 1 | (isUpper ? 1 : 0);
            if (bit % 5 != 4) continue;
            outcome.Append("0123456789bcdefghjkmnpqrstuvwxyz"u8[character]);
            character = 0;
        }
    }
}
