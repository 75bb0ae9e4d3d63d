using Millrace.Data;

namespace Millrace.Tests.Data;

public sealed class Hash64Tests
{
    /// <summary>Checkpoints and topics will hold keys by these: a change is a new <see cref="Hash64.Version"/>.</summary>
    [Fact]
    public void The_function_never_changes_within_a_version()
    {
        Assert.Equal(1, Hash64.Version);
        Assert.Equal(Expected, new[]
        {
            Hash64.Of(0L), Hash64.Of(1L), Hash64.Of(-1L), Hash64.Of(1.5), Hash64.Of(""u8), Hash64.Of("a"u8), Hash64.Of("millrace"u8), Hash64.Of("a text of more than sixteen bytes"u8),
            Hash64.Combine(Hash64.Of(1L), Hash64.Of("a"u8)),
        });
    }

    static readonly ulong[] Expected =
    [
        0x1FF5_C292_3A78_8D2C, 0x38F9_4C43_9AC3_6242, 0xDFF5_C05A_BB60_6D30, 0x073A_6DCD_287E_D1E1, 0x1FF5_C292_3A78_8D2C, 0x4E49_AA90_EF60_F9A1, 0x63BB_3900_4691_C39D, 0x3CDA_B49F_7AE0_88DF, 0x8DAD_A28E_ADAA_561E,
    ];

    [Fact]
    public void Values_that_are_not_distinct_have_one_hash()
    {
        Assert.Equal(Hash64.Of(0.0), Hash64.Of(-0.0));
        Assert.Equal(Hash64.Of(double.NaN), Hash64.Of(BitConverter.Int64BitsToDouble(unchecked((long)0xFFF8_0000_0000_0001))));
        Assert.Equal(Hash64.Of((Int128)12345), Hash64.Of(12345L));
        Assert.Equal(Hash64.Of(new Interval(1, 0, 0)), Hash64.Of(new Interval(0, 30, 0)));
    }

    [Fact]
    public void Key_groups_are_filled_evenly()
    {
        var counts = new int[Hash64.KeyGroups];
        for (var i = 0L; i < 256_000; i++) counts[Hash64.KeyGroup(Hash64.Of(i))]++;
        Assert.InRange(counts.Min(), 850, 1_000);
        Assert.InRange(counts.Max(), 1_000, 1_150);
    }
}
