namespace Millrace.Learning.Batch;

/// <summary>When a model that trains itself does so: after 100, 200, 400 ... rows, and where no more rows are kept each time half of them are new.</summary>
static class TrainingTimes
{
    const int First = 100;

    public static bool IsDue(long seen, long trainedAt, int rowsMax) => trainedAt == 0 ? seen >= Math.Min(First, rowsMax) : seen - trainedAt >= Math.Min(trainedAt, Math.Max(1, rowsMax / 2));
}
