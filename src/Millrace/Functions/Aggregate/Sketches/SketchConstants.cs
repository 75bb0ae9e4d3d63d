using System.Globalization;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Aggregate;

/// <summary>Sizes and shares that are given as constants.</summary>
static class SketchConstants
{
    /// <summary>A whole number in a range.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static int Whole(Literal constant, string name, int least, int greatest)
    {
        var value = constant.Value is int or long ? Convert.ToInt64(constant.Value, CultureInfo.InvariantCulture) : long.MinValue;
        return value >= least && value <= greatest ? (int)value
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is a whole number from {least} to {greatest}, not {constant.ToSql()}"));
    }

    /// <summary>A number in a range.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static double Number(Literal constant, string name, double least, double greatest)
    {
        var value = (ConstantFolding.Fold(new Cast(constant, DataType.Double, false)) as Literal)?.Value as double?;
        return value >= least && value <= greatest ? value.Value
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is a number from {least} to {greatest}, not {constant.ToSql()}"));
    }
}
