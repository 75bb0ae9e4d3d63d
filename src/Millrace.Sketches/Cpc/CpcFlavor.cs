namespace Millrace.Sketches.Cpc;

/// <summary>The five ages of a sketch, by its coupons C and rows K: they decide what is kept as a window and what as pairs.</summary>
enum CpcFlavor
{
    /// <summary>C = 0.</summary>
    Empty,

    /// <summary>C &lt; 3K/32: pairs alone.</summary>
    Sparse,

    /// <summary>C &lt; K/2: a window over the first eight columns; saved as pairs.</summary>
    Hybrid,

    /// <summary>C &lt; 27K/8: the window does not move yet.</summary>
    Pinned,

    /// <summary>The window moves to the right; columns before it are full but for a few.</summary>
    Sliding,
}
