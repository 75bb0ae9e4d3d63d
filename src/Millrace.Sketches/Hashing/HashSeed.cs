using Millrace.Sketches.Images;

namespace Millrace.Sketches.Hashing;

/// <summary>The seed of a hash: sketches can be merged only where theirs are equal, so images carry 16 bits of a hash of it.</summary>
static class HashSeed
{
    /// <summary>The seed that all languages use unless told otherwise.</summary>
    public const ulong Default = 9001;

    /// <summary>The 16 bits that stand for a seed in an image; 0x93CC for the usual one.</summary>
    public static ushort Short(ulong seed) => seed == Default ? (ushort)0x93CC : (ushort)MurmurHash3.Hash(seed, 0, out _);

    /// <summary>Throws if an image was made with another seed.</summary>
    public static void Require(ushort found, ulong seed)
    {
        if (found != Short(seed)) SketchFormatException.Throw($"The image was made with another hash seed: its 16 bits are 0x{found:X4}; those of seed {seed} are 0x{Short(seed):X4}.");
    }
}
