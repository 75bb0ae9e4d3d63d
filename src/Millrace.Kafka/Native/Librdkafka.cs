using System.Reflection;
using System.Runtime.InteropServices;
using Millrace.Connectors;

namespace Millrace.Kafka.Native;

/// <summary>The native library behind the connector: where it is looked for, and the few calls that it is asked directly rather than by Confluent.Kafka.</summary>
/// <remarks>
/// Messages are taken straight from the library's buffers, a batch a call: Confluent.Kafka's own consumer makes some 300 bytes of objects for each. Everything else (settings, connection, positions, groups, producing) goes
/// through Confluent.Kafka, which shares the library and the handle.
/// </remarks>
static unsafe partial class Librdkafka
{
    const string Library = "librdkafka";

    /// <summary>The version that Confluent.Kafka calls; an older one (Debian 12's is 2.0.2) lacks functions.</summary>
    const string Version = "2.15.1";
    const int OldestVersion = 0x020f0000;

    static readonly Lock s_lock = new();
    static nint s_handle;

    /// <summary>Makes sure that the library is there, before Confluent.Kafka is used for the first time.</summary>
    /// <exception cref="ConnectorException">It cannot be found; the message says how to get it.</exception>
    public static void Load()
    {
        lock (s_lock)
        {
            if (s_handle != 0) return;
            var tooOld = new List<string>();
            s_handle = Find(tooOld);
            if (s_handle == 0)
            {
                throw new ConnectorException(Fault.User, $"Kafka needs the native library librdkafka {Version}, which is not here" +
                    (tooOld.Count > 0 ? $" ({string.Join(", ", tooOld)} is too old)" : "") + $". Looked for: {string.Join(", ", Places().Append("the system's libraries"))}. " +
                    "Build it once with 'tests/servers/librdkafka install' (two minutes), put librdkafka.so.1 into one of these folders, or build Millrace with -p:MillraceLibrdkafka=nuget.");
            }
            NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, Resolve);
            NativeLibrary.SetDllImportResolver(typeof(Confluent.Kafka.Library).Assembly, Resolve);
        }
    }

    /// <summary>The loaded library.</summary>
    internal static nint Handle => s_handle;

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name.StartsWith(Library, StringComparison.Ordinal) ? s_handle : 0;

    /// <summary>Files that may be the library: beside the program (where NuGet puts it too), then in the cache that the test servers are built into.</summary>
    static IEnumerable<string> Places()
    {
        var file = OperatingSystem.IsWindows() ? "librdkafka.dll" : OperatingSystem.IsMacOS() ? "librdkafka.dylib" : "librdkafka.so";
        yield return Path.Combine(AppContext.BaseDirectory, file);
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file);
        yield return Path.Combine(CacheFolder(), "librdkafka-" + Version, "lib", file);
    }

    static string CacheFolder()
    {
        if (Environment.GetEnvironmentVariable("MILLRACE_CACHE") is { Length: > 0 } own) return own;
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(caches, "millrace");
    }

    static nint Find(List<string> tooOld)
    {
        foreach (var place in Places().Append("librdkafka.so.1").Append(Library))
        {
            if (!NativeLibrary.TryLoad(place, out var handle)) continue;
            if (NativeLibrary.TryGetExport(handle, "rd_kafka_version", out var version) && ((delegate* unmanaged<int>)version)() is var number && number >= OldestVersion) return handle;
            tooOld.Add(place);
        }
        return 0;
    }

    /// <summary>The queue of a partition of an assignment; to be destroyed.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_get_partition", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint QueueOfPartition(nint client, string topic, int partition);

    /// <summary>Where what arrives in a queue goes on to; 0 = it stays there.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_forward")]
    public static partial void Forward(nint queue, nint to);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_destroy")]
    public static partial void DestroyQueue(nint queue);

    /// <summary>Takes messages from a queue, as many as there are.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_consume_batch_queue")]
    public static partial nint Consume(nint queue, int timeoutMs, NativeMessage** messages, nint most);

    /// <summary>Waits for a message.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_consume_queue")]
    public static partial NativeMessage* ConsumeOne(nint queue, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_destroy")]
    public static partial void Destroy(NativeMessage* message);

    /// <summary>Milliseconds since 1970, with what they mean: 0 = there are none.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_timestamp")]
    [SuppressGCTransition]
    public static partial long Timestamp(NativeMessage* message, int* kind);

    /// <summary>The headers; not 0 where there are none.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_message_headers")]
    public static partial int Headers(NativeMessage* message, nint* headers);

    /// <summary>A header by number; not 0 behind the last.</summary>
    [LibraryImport(Library, EntryPoint = "rd_kafka_header_get_all")]
    public static partial int Header(nint headers, nint number, byte** name, byte** value, nint* length);

    [LibraryImport(Library, EntryPoint = "rd_kafka_err2str")]
    private static partial byte* ErrorText(int error);

    /// <summary>An error in words.</summary>
    public static string Describe(int error) => Marshal.PtrToStringUTF8((nint)ErrorText(error)) ?? $"error {error}";
}
