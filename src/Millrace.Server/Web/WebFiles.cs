using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;

namespace Millrace.Server.Web;

/// <summary>The files of the page, as they were embedded when the program was built.</summary>
/// <param name="files">By path, e.g. assets/index-4f3a.js; for a compressed twin with .br or .gz behind it.</param>
sealed class WebFiles(IReadOnlyDictionary<string, Func<byte[]>> files)
{
    static readonly FileExtensionContentTypeProvider s_types = new();

    readonly FrozenDictionary<string, Lazy<WebFile>> _files = files.ToFrozenDictionary(f => f.Key, f => new Lazy<WebFile>(() => Load(f.Key, f.Value)), StringComparer.Ordinal);

    /// <summary>Those of this assembly.</summary>
    public static WebFiles Embedded { get; } = FromAssembly(typeof(WebFiles).Assembly);

    /// <summary>A file, in the best of the encodings that there are and the reader takes; null where there is none.</summary>
    public WebFile? Find(string path, string acceptEncoding)
    {
        if (!_files.TryGetValue(path, out var plain)) return null;
        if (acceptEncoding.Contains("br", StringComparison.Ordinal) && _files.TryGetValue(path + ".br", out var brotli)) return plain.Value with { Bytes = brotli.Value.Bytes, Encoding = "br" };
        if (acceptEncoding.Contains("gzip", StringComparison.Ordinal) && _files.TryGetValue(path + ".gz", out var gzip)) return plain.Value with { Bytes = gzip.Value.Bytes, Encoding = "gzip" };
        return plain.Value;
    }

    /// <summary>Whether the same file is there in several encodings.</summary>
    public bool Varies(string path) => _files.ContainsKey(path + ".br") || _files.ContainsKey(path + ".gz");

    static WebFile Load(string path, Func<byte[]> read)
    {
        var bytes = read();
        var type = s_types.TryGetContentType(path, out var known) ? known : "application/octet-stream";
        if (type.StartsWith("text/", StringComparison.Ordinal)) type += "; charset=utf-8";
        var isHashed = path.StartsWith("assets/", StringComparison.Ordinal); // Vite puts the hash of the content into these names
        return new(bytes, type, $"W/\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..20]}\"", isHashed, null);
    }

    static WebFiles FromAssembly(Assembly assembly)
    {
        const string folder = "web/";
        return new(assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).ToDictionary(n => n[folder.Length..], n => (Func<byte[]>)(() =>
        {
            using var stream = assembly.GetManifestResourceStream(n)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        })));
    }
}

/// <summary>A file to be served.</summary>
/// <param name="Bytes">Its content, in the encoding.</param>
/// <param name="Type">Content type.</param>
/// <param name="Tag">Weak ETag of the plain content.</param>
/// <param name="IsImmutable">Whether its name changes with its content.</param>
/// <param name="Encoding">br, gzip or null.</param>
sealed record WebFile(byte[] Bytes, string Type, string Tag, bool IsImmutable, string? Encoding);
