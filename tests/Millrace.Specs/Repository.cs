using System.Runtime.CompilerServices;

namespace Millrace.Specs;

/// <summary>The sources that these tests were built from.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot();

    static string FindRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));

    public static string File(string path) => Path.Combine(Root, path);

    /// <summary>The C# files below a folder.</summary>
    public static IEnumerable<string> Sources(string folder) => Files(folder, "*.cs");

    /// <summary>Files below a folder that belong to the project, in order.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(File(folder), pattern, SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(Root, f).Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj" or "node_modules" or "dist" or ".cache" or ".git"))
            .Order(StringComparer.Ordinal);

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Whether files are to be written anew instead of compared.</summary>
    public static bool IsUpdate => Environment.GetEnvironmentVariable("MILLRACE_UPDATE") == "1";

    /// <summary>Compares a file of the repository with what it should be, or writes it.</summary>
    public static void Matches(string path, string expected)
    {
        if (IsUpdate)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(File(path))!);
            System.IO.File.WriteAllText(File(path), expected);
            return;
        }
        Assert.True(System.IO.File.Exists(File(path)), $"{path} is missing. Run the tests with MILLRACE_UPDATE=1 to write it.");
        var found = System.IO.File.ReadAllText(File(path)).ReplaceLineEndings("\n");
        if (found == expected) return;
        var (a, b) = (found.Split('\n'), expected.Split('\n'));
        var line = 0;
        while (line < Math.Min(a.Length, b.Length) && a[line] == b[line]) line++;
        Assert.Fail($"{path} is out of date from line {line + 1} on:\n- {(line < a.Length ? a[line] : "(end)")}\n+ {(line < b.Length ? b[line] : "(end)")}\nIf the change is meant, run the tests with MILLRACE_UPDATE=1 and commit the file.");
    }
}
