using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Hll;

public sealed partial class HllSketch
{
    // Flags of byte 5. The flag 0x20 means "started at full size" in C++ and "sums are out of date" in Java: it is read as the latter and never written.
    const int EmptyFlag = 4;
    const int CompactFlag = 8;
    const int MergedFlag = 16;
    const int StaleFlag = 32;

    // Lengths of the preamble in 4-byte words.
    const int ListWords = 2;
    const int SetWords = 3;
    const int RegisterWords = 10;

    /// <inheritdoc/>
    /// <remarks>The compact form of Apache DataSketches: the one to keep and to send.</remarks>
    public byte[] Save() => Save(isCompact: true);

    /// <summary>The form in which Java can update an image in place: hash tables with their gaps.</summary>
    public byte[] SaveUpdatable() => Save(isCompact: false);

    byte[] Save(bool isCompact) => _coupons is { } coupons ? Save(coupons, isCompact) : Save(_registers!, isCompact);

    int Mode(int kind) => kind | (int)Type << 2;

    byte[] Save(CouponTable coupons, bool isCompact)
    {
        var words = coupons.IsSet ? SetWords : ListWords;
        var writer = new ImageWriter(words * 4 + 4 * (isCompact ? coupons.Count : coupons.Table.Length));
        Preamble.Write(ref writer, words, version: 1, Family.Hll);
        writer.Byte(LgK);
        writer.Byte(coupons.LgSize);
        writer.Byte((coupons.Count == 0 ? EmptyFlag : 0) | (isCompact ? CompactFlag : 0));
        writer.Byte(coupons.IsSet ? 0 : coupons.Count);
        writer.Byte(Mode(coupons.IsSet ? 1 : 0));
        if (coupons.IsSet) writer.Int32(coupons.Count);
        Write(ref writer, coupons.Table, isCompact);
        return writer.Finish();
    }

    byte[] Save(Registers registers, bool isCompact)
    {
        registers.Refresh();
        var exceptions = (registers as Registers4)?.Exceptions;
        var room = isCompact ? exceptions?.Count ?? 0 : registers is Registers4 ? 1 << (exceptions?.LgSize ?? ExceptionTable.LgStartSize(LgK)) : 0;
        var writer = new ImageWriter(RegisterWords * 4 + registers.Bytes.Length + 4 * room);
        Preamble.Write(ref writer, RegisterWords, version: 1, Family.Hll);
        writer.Byte(LgK);
        writer.Byte(exceptions?.LgSize ?? 0);
        writer.Byte((isCompact ? CompactFlag : 0) | (registers.IsMerged ? MergedFlag : 0));
        writer.Byte(registers.Least);
        writer.Byte(Mode(2));
        writer.Double(registers.Hip);
        writer.Double(registers.LowSum);
        writer.Double(registers.HighSum);
        writer.Int32(registers.LeastCount);
        writer.Int32(exceptions?.Count ?? 0);
        writer.Bytes(registers.Bytes);
        if (exceptions is not null) Write(ref writer, exceptions.Table, isCompact);
        else writer.Skip(4 * room);
        return writer.Finish();
    }

    static void Write(ref ImageWriter writer, ReadOnlySpan<uint> table, bool isCompact)
    {
        foreach (var coupon in table)
            if (!isCompact || coupon != Coupon.Empty) writer.UInt32(coupon);
    }

    /// <inheritdoc/>
    public static HllSketch Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Hll);
        preamble.RequireVersion(1, 1);
        var lgK = reader.Byte();
        SketchFormatException.ThrowUnless(lgK is >= MinLgK and <= MaxLgK, $"lgK in byte 3 is {lgK}; it is 4 to 21.");
        var lgSize = reader.Byte();
        var flags = reader.Byte();
        var count = reader.Byte();
        var mode = reader.Byte();
        SketchFormatException.ThrowUnless((mode >> 2 & 3) < 3, $"The type of the registers in byte 7 is {mode >> 2 & 3}; it is 0, 1 or 2.");
        var type = (HllType)(mode >> 2 & 3);
        var isCompact = (flags & CompactFlag) != 0;
        return (preamble.Length, mode & 3) switch
        {
            (ListWords, 0) => LoadList(ref reader, lgK, type, (flags & EmptyFlag) != 0 ? 0 : count, isCompact),
            (SetWords, 1) => LoadSet(ref reader, lgK, type, lgSize, isCompact),
            (RegisterWords, 2) => LoadRegisters(ref reader, lgK, type, lgSize, count, flags),
            _ => throw new SketchFormatException($"A preamble of {preamble.Length} words and mode {mode & 3} do not belong together; 2 and 0, 3 and 1, or 10 and 2 do."),
        };
    }

    static HllSketch LoadList(ref ImageReader reader, int lgK, HllType type, int count, bool isCompact)
    {
        SketchFormatException.ThrowUnless(count < 1 << CouponTable.LgListSize, $"The list has {count} coupons; it has at most 7.");
        reader.Require(isCompact ? count : count == 0 ? 0 : 1 << CouponTable.LgListSize, 4);
        var coupons = new CouponTable();
        Read(ref reader, coupons, lgK, count, count);
        return new HllSketch(lgK, type, coupons, null);
    }

    static HllSketch LoadSet(ref ImageReader reader, int lgK, HllType type, int lgSize, bool isCompact)
    {
        SketchFormatException.ThrowUnless(lgK >= 8, $"A set of coupons needs lgK of at least 8; it is {lgK}.");
        var count = reader.Int32();
        SketchFormatException.ThrowUnless(count >= 0 && count <= CouponTable.Limit(lgK), $"The set has {count} coupons; it has at most {CouponTable.Limit(lgK)} at lgK {lgK}.");
        if (isCompact)
        {
            reader.Require(count, 4);
            var coupons = CouponTable.NewSet(CouponTable.LgSetSize);
            Read(ref reader, coupons, lgK, count, count);
            return new HllSketch(lgK, type, coupons, null);
        }
        if (lgSize < CouponTable.LgSetSize) lgSize = Math.Max(CouponTable.LgSetSize, Coupon.LgRoom(count));
        SketchFormatException.ThrowUnless(lgSize <= lgK - 3, $"The table of coupons has 2^{lgSize} places; it has at most 2^{lgK - 3} at lgK {lgK}.");
        reader.Require(1 << lgSize, 4);
        var table = CouponTable.NewSet(lgSize);
        Read(ref reader, table, lgK, 1 << lgSize, count);
        return new HllSketch(lgK, type, table, null);
    }

    static void Read(ref ImageReader reader, CouponTable coupons, int lgK, int places, int count)
    {
        for (var i = 0; i < places; i++)
        {
            var coupon = reader.UInt32();
            if (coupon == Coupon.Empty && places != count) continue;
            SketchFormatException.ThrowUnless(Coupon.Value(coupon) > 0, $"Coupon 0x{coupon:X8} has no value.");
            SketchFormatException.ThrowUnless(coupons.Count < count, $"There are more than the {count} coupons that the image speaks of.");
            coupons.Add(coupon, lgK);
        }
        SketchFormatException.ThrowUnless(coupons.Count == count, $"There are {coupons.Count} different coupons; the image speaks of {count}.");
    }

    static HllSketch LoadRegisters(ref ImageReader reader, int lgK, HllType type, int lgSize, int least, int flags)
    {
        var k = 1 << lgK;
        var hip = reader.Double();
        var low = reader.Double();
        var high = reader.Double();
        var leastCount = reader.Int32();
        var exceptionCount = reader.Int32();
        var size = type switch
        {
            HllType.Hll4 => k / 2,
            HllType.Hll6 => Registers6.ByteSize(lgK),
            _ => k,
        };
        reader.Require(size);
        var registers = Registers.New(lgK, type);
        reader.Bytes(size).CopyTo(registers.Bytes);
        registers.IsMerged = (flags & MergedFlag) != 0;
        registers.Hip = registers.IsMerged ? 0 : hip;
        registers.LowSum = low;
        registers.HighSum = high;
        SketchFormatException.ThrowUnless(registers.Hip >= 0 && double.IsFinite(registers.Hip), $"The estimate in byte 8 is {hip}; it is finite and at least 0.");
        if (registers is Registers4 four)
        {
            LoadExceptions(ref reader, four, lgSize, least, exceptionCount, (flags & CompactFlag) != 0);
            SketchFormatException.ThrowUnless(four.LeastCount == leastCount, $"{four.LeastCount} registers hold the least value {least}; the image speaks of {leastCount}.");
        }
        else
        {
            SketchFormatException.ThrowUnless(exceptionCount == 0, $"The image speaks of {exceptionCount} exceptions, which only registers of 4 bits have.");
            registers.LeastCount = type == HllType.Hll8 ? CountZeros(registers.Bytes) : CountZeros(Unpacked(registers));
        }
        // Java leaves the sums out of date after a merge and says so; after a merge C++ used to round the second one.
        var isStale = (flags & StaleFlag) != 0 || registers.IsMerged;
        if (isStale && type != HllType.Hll4) registers.IsStale = true;
        else SketchFormatException.ThrowUnless(low >= 0 && high >= 0 && low <= k && high <= 1 && low + high > 0, $"The sums in bytes 16 and 24 are {low} and {high}; they lie between 0 and {k}, and 0 and 1.");
        return new HllSketch(lgK, type, null, registers);
    }

    static void LoadExceptions(ref ImageReader reader, Registers4 registers, int lgSize, int least, int count, bool isCompact)
    {
        SketchFormatException.ThrowUnless(least <= 63, $"The least value is {least}; it is at most 63.");
        // With a higher one, which no stream reaches, 4 bits could say more than a register can hold.
        if (least > 63 - 14)
            foreach (var pair in registers.Bytes)
                SketchFormatException.ThrowUnless(IsPossible(pair & 15, least) && IsPossible(pair >> 4, least), "A register holds more than 63.");
        var (zeros, marks) = registers.CountZerosAndMarks();
        SketchFormatException.ThrowUnless(zeros > 0, "No register holds the least value.");
        SketchFormatException.ThrowUnless(marks == count, $"{marks} registers are marked as exceptions; the image speaks of {count}.");
        registers.LeastCount = zeros;
        registers.Restore(least, null);
        if (count == 0) return;
        // Old compact images do not say the size of the table.
        if (isCompact) lgSize = Math.Max(ExceptionTable.LgStartSize(registers.LgK), Coupon.LgRoom(count));
        SketchFormatException.ThrowUnless(lgSize is >= 2 and <= MaxLgK + 1, $"The table of exceptions has 2^{lgSize} places.");
        var places = isCompact ? count : 1 << lgSize;
        reader.Require(places, 4);
        var table = new ExceptionTable(lgSize, registers.LgK);
        for (var i = 0; i < places; i++)
        {
            var coupon = reader.UInt32();
            if (coupon == Coupon.Empty && !isCompact) continue;
            var register = (int)Coupon.Key(coupon) & (registers.K - 1);
            var value = Coupon.Value(coupon);
            SketchFormatException.ThrowUnless((registers.Bytes[register >> 1] >> (register & 1) * 4 & 15) == 15, $"Register {register} has an exception but no mark.");
            SketchFormatException.ThrowUnless(value - least >= 15, $"The exception of register {register} is {value}, which is none above {least}.");
            SketchFormatException.ThrowUnless(table.TryAdd(register, value), $"Register {register} has two exceptions.");
        }
        SketchFormatException.ThrowUnless(table.Count == count, $"There are {table.Count} exceptions; the image speaks of {count}.");
        registers.Restore(least, table);
    }

    static bool IsPossible(int nibble, int least) => nibble == 15 || nibble + least <= 63;

    static byte[] Unpacked(Registers registers)
    {
        var values = new byte[registers.K];
        registers.CopyTo(values);
        return values;
    }

    static int CountZeros(ReadOnlySpan<byte> values)
    {
        if (!Vector256.IsHardwareAccelerated || values.Length < Vector256<byte>.Count) return CountZerosOneByOne(values);
        var zeros = 0;
        var greatest = Vector256<byte>.Zero;
        foreach (var vector in MemoryMarshal.Cast<byte, Vector256<byte>>(values))
        {
            zeros += BitOperations.PopCount(Vector256.Equals(vector, Vector256<byte>.Zero).ExtractMostSignificantBits());
            greatest |= vector;
        }
        SketchFormatException.ThrowUnless(!Vector256.GreaterThanAny(greatest, Vector256.Create((byte)63)), "A register holds more than 63.");
        return zeros;
    }

    static int CountZerosOneByOne(ReadOnlySpan<byte> values)
    {
        var zeros = 0;
        foreach (var value in values)
        {
            SketchFormatException.ThrowUnless(value <= 63, "A register holds more than 63.");
            if (value == 0) zeros++;
        }
        return zeros;
    }
}
