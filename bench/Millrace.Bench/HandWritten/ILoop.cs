using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>One question answered by a loop that knows it: what the machine can do when nothing is general. It reads plain arrays and keeps the watermark, as Millrace does.</summary>
interface ILoop
{
    /// <summary>Answers once, into arrays that it keeps.</summary>
    void Run();

    /// <summary>Folds the answer into a checksum.</summary>
    void Add(ref AnswerChecksum checksum, double?[] scales);
}
