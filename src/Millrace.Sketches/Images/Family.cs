namespace Millrace.Sketches.Images;

/// <summary>The kind of a sketch as byte 2 of an Apache DataSketches image says it.</summary>
enum Family : byte
{
    Alpha = 1,
    QuickSelect = 2,
    CompactTheta = 3,
    ThetaUnion = 4,
    Hll = 7,
    Quantiles = 8,
    Tuple = 9,
    Frequency = 10,
    Reservoir = 11,
    ReservoirUnion = 12,
    VarOpt = 13,
    VarOptUnion = 14,
    Kll = 15,
    Cpc = 16,
    Req = 17,
    CountMin = 18,
    Ebpps = 19,
    TDigest = 20,
    Bloom = 21,
}
