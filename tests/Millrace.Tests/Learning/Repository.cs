using System.Runtime.CompilerServices;

namespace Millrace.Tests.Learning;

/// <summary>Where the sources are.</summary>
static class Repository
{
    public static string Path(string path) => System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Source())!, "../../..", path));

    static string Source([CallerFilePath] string path = "") => path;
}
