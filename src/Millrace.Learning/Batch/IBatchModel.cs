namespace Millrace.Learning.Batch;

/// <summary>A model that keeps the last rows and is trained on all of them at once, from time to time, and answers by the last training in between.</summary>
/// <remarks>Training allocates and takes as long as the model says; learning a row only keeps it, and predicting allocates nothing.</remarks>
public interface IBatchModel : IModel
{
    /// <summary>Rows that it keeps for the next training.</summary>
    int RowsKept { get; }

    /// <summary>Rows that the last training saw; 0 before the first one.</summary>
    int RowsTrained { get; }

    /// <summary>Trains anew on the rows that it keeps; without rows nothing happens. The result is the same for any number of threads.</summary>
    /// <param name="threads">How many threads may work, 1 or more; 0 for one a core.</param>
    void Train(int threads = 0);
}
