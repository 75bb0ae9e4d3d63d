using System.Collections.Immutable;
using Millrace.Runtime;

namespace Millrace.Cli.Running;

/// <summary>How a pipeline is run from the command line.</summary>
sealed record RunSettings
{
    /// <summary>Where results go.</summary>
    public required string DataDirectory { get; init; }
    /// <summary>The URL of the store; null: it lies in the data folder.</summary>
    public string? Store { get; init; }
    /// <summary>Port asked for; null = 8080.</summary>
    public int? Port { get; init; }
    /// <summary>Address to listen on.</summary>
    public string Host { get; init; } = "127.0.0.1";
    /// <summary>Origin that may read across origins.</summary>
    public string? AllowOrigin { get; init; }
    /// <summary>Ends with the last bounded source.</summary>
    public bool UntilDone { get; init; }
    /// <summary>Serves nothing.</summary>
    public bool NoServer { get; init; }
    /// <summary>Shows a live table.</summary>
    public bool Watch { get; init; }
    /// <summary>Writes JSON lines.</summary>
    public bool Json { get; init; }
    /// <summary>What it goes on from.</summary>
    public StartFrom From { get; init; } = StartFrom.Latest;
    /// <summary>Views and sinks that may begin empty after an edit.</summary>
    public ImmutableHashSet<string> MayStartOver { get; init; } = [];
    /// <summary>Goes on though the file was edited and saved state fits nothing any more.</summary>
    public bool DropsState { get; init; }
    /// <summary>Threads; 0 = as set.</summary>
    public int Lanes { get; init; }

    /// <summary>Whether there is a page: not where somebody only waits for the end.</summary>
    public bool IsServed => !NoServer && (!UntilDone || Port is not null);
}
