namespace Millrace.Bench.Harness;

/// <summary>A question that is put to Millrace and to a peer. One file each in Benchmarks/, one line in Program.</summary>
abstract class Benchmark
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line for the list.</summary>
    public abstract string Summary { get; }

    /// <summary>Takes a word that stands behind the name on the command line, e.g. one of its questions.</summary>
    /// <returns>Whether it means something here; otherwise it is the next benchmark's name.</returns>
    public virtual bool Take(string word) => false;

    /// <summary>Prepares what is needed, measures, reports.</summary>
    /// <returns>The RESULT lines, which are printed when all benchmarks are done.</returns>
    public abstract IReadOnlyList<string> Run(Workshop workshop);

    /// <summary>Makes the side that a process of its own serves.</summary>
    public virtual IRunner Serve(string side, Workshop workshop) => throw new BenchmarkException($"{Name} serves no side '{side}'.");
}

/// <summary>What keeps a benchmark from running; its message says what is missing and what to do.</summary>
sealed class BenchmarkException(string message) : Exception(message);
