namespace Millrace.EndToEnd.Robustness;

/// <summary>What a test needs of its machine: where it is missing the test is skipped and says so; with CI=true it fails.</summary>
static class Needs
{
    public static void That(bool isSo, string need)
    {
        if (isSo) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail($"This test needs {need}.");
        Assert.Skip($"needs {need}");
    }

    /// <summary>A program that mounts or changes users asks for root.</summary>
    public static void Root() => That(OperatingSystem.IsLinux() && Environment.UserName == "root", "root on Linux");
}
