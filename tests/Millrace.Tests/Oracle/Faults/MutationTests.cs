using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Millrace.Tests.Oracle.Faults;

/// <summary>The simulation finds bugs: the engine is compiled from a copy of its source with bugs in it, and each must be caught.</summary>
/// <remarks>One build holds them all; the variable MILLRACE_MUTANT says which one is alive. So the engine itself has nothing in it that only tests need.</remarks>
public sealed partial class MutationTests(ITestOutputHelper output)
{
    const int SeedsMax = 1000;

    static string Source([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", ".."));

    [Fact]
    public async Task The_simulation_catches_every_known_bug_within_1000_seeds()
    {
        var folder = Directory.CreateTempSubdirectory("millrace-mutants-");
        try
        {
            await BuildAsync(folder.FullName);
            // Without a bug it finds none.
            Assert.Null(await FindAsync(folder.FullName, "none"));
            var survivors = new List<string>();
            foreach (var mutant in Mutant.All.Select(m => m.Name).Distinct())
            {
                var seed = await FindAsync(folder.FullName, mutant);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mutant}: {(seed is null ? "not caught" : $"caught by seed {seed}")}"));
                if (seed is null) survivors.Add(mutant);
            }
            Assert.Empty(survivors);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Compiles the engine with all bugs, and puts it beside copies of the other assemblies.</summary>
    static async Task BuildAsync(string folder)
    {
        var root = Source();
        foreach (var file in new[] { "Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig" })
            if (File.Exists(Path.Combine(root, file))) File.Copy(Path.Combine(root, file), Path.Combine(folder, file));
        foreach (var file in new[] { "Millrace", "Millrace.Learning", "Millrace.Sketches" }.SelectMany(part => Directory.EnumerateFiles(Path.Combine(root, "src", part), "*", SearchOption.AllDirectories)).Where(f => Path.GetExtension(f) is ".cs" or ".csproj" && !Generated().IsMatch(f)))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        var source = Path.Combine(folder, "src", "Millrace");
        await File.WriteAllTextAsync(Path.Combine(source, "Mutants.cs"),
            "namespace Millrace; static class Mutants { static readonly string? s_alive = System.Environment.GetEnvironmentVariable(\"MILLRACE_MUTANT\"); public static bool Has(string name) => name == s_alive; }");
        foreach (var mutant in Mutant.All)
        {
            var path = Path.Combine(source, mutant.File);
            var text = await File.ReadAllTextAsync(path);
            Assert.True(text.Split(mutant.Original).Length == 2, $"'{mutant.Original}' does not stand once in {mutant.File}: say anew how '{mutant.Name}' is put in.");
            await File.WriteAllTextAsync(path, text.Replace(mutant.Original, mutant.Mutated.Replace("{is}", $"Mutants.Has(\"{mutant.Name}\")", StringComparison.Ordinal), StringComparison.Ordinal));
        }
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        var (code, said) = await RunAsync(folder, "none", "build", Path.Combine(source, "Millrace.csproj"), "-c", "Release", "-v", "quiet", "--nologo", "-p:RunAnalyzers=false", "-p:GenerateDocumentationFile=false",
            "-p:TreatWarningsAsErrors=false", "-p:ProduceReferenceAssembly=false", "-o", Path.Combine(folder, "out"));
        Assert.True(code == 0, said);
        File.Copy(Path.Combine(folder, "out", "Millrace.dll"), Path.Combine(folder, "Millrace.dll"), overwrite: true);
    }

    /// <summary>Runs the simulation with one of the bugs.</summary>
    /// <returns>The first seed that fails, or null.</returns>
    static async Task<int?> FindAsync(string folder, string mutant)
    {
        var (code, said) = await RunAsync(folder, mutant, Path.Combine(folder, "Millrace.Tests.dll"), "-noColor", "-noLogo", "-class", typeof(SimulationTests).FullName!);
        var seeds = Seeds().Matches(said).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.True(code == 0 == (seeds.Count == 0), said);
        return seeds.Count == 0 ? null : seeds.Min();
    }

    static async Task<(int Code, string Said)> RunAsync(string folder, string mutant, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MILLRACE_MUTANT"] = mutant;
        start.Environment["MILLRACE_SIMULATE"] = SeedsMax.ToString(CultureInfo.InvariantCulture);
        start.Environment["MILLRACE_SIMULATE_SEED"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said + await errors);
    }

    [GeneratedRegex("[/\\\\](bin|obj)[/\\\\]")]
    private static partial Regex Generated();

    [GeneratedRegex("bench/simulate 1 (\\d+) ")]
    private static partial Regex Seeds();
}
