using System.Text;
using System.Text.Json;

namespace Millrace.Cli.Output;

/// <summary>Standard output and error as people and programs read them: colours only on a terminal, and not where NO_COLOR is set.</summary>
public static class Terminal
{
    static readonly bool IsPlain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb";

    /// <summary>Whether standard output is a terminal that a moving line makes sense on.</summary>
    public static bool IsInteractive { get; } = !Console.IsOutputRedirected && !IsPlain;

    /// <summary>Whether standard error takes colours.</summary>
    public static bool HasColours { get; } = !Console.IsErrorRedirected && !IsPlain;

    /// <summary>Makes both streams write UTF-8 without a mark at the start.</summary>
    public static void Prepare()
    {
        if (!Console.OutputEncoding.Equals(Encoding.UTF8)) Console.OutputEncoding = new UTF8Encoding(false);
    }

    /// <summary>A line of standard output.</summary>
    public static void Line(string text = "") => Console.Out.WriteLine(text);

    /// <summary>A line of standard output for programs: the value as JSON.</summary>
    public static void Json(object value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, s_json));

    static readonly JsonSerializerOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A message of what went wrong, on standard error.</summary>
    public static void Error(string message) => Console.Error.WriteLine(Red("error: ") + message);

    /// <summary>What to know, on standard error.</summary>
    public static void Warning(string message) => Console.Error.WriteLine(Yellow("warning: ") + message);

    /// <summary>What to do next, on standard error.</summary>
    public static void Hint(string message) => Console.Error.WriteLine(message);

    /// <summary>Text in red where standard error takes colours.</summary>
    public static string Red(string text) => Paint(text, "31");

    /// <summary>Text in yellow where standard error takes colours.</summary>
    public static string Yellow(string text) => Paint(text, "33");

    static string Paint(string text, string colour) => HasColours ? $"\e[{colour}m{text}\e[0m" : text;
}
