using System.CommandLine;
using System.Globalization;

namespace Millrace.Cli.Commands;

/// <summary>Options that take a whole number of a range.</summary>
static class Limits
{
    /// <summary>Makes the option refuse what is no number of the range, with a message that names the range.</summary>
    public static Option<int?> Between(this Option<int?> option, int least, int most)
    {
        option.CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
            result.AddError(most == int.MaxValue ? $"{option.Name} is '{text}'; it is a whole number from {least} on." : $"{option.Name} is '{text}'; it is a whole number from {least} to {most}.");
            return null;
        };
        return option;
    }
}
