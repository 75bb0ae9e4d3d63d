using System.Buffers.Binary;
using Millrace.Sketches;
using Millrace.Sketches.Theta;
using Millrace.Sketches.Tuple;

namespace Millrace.Tests.Sketches.Tuple;

/// <summary>Exact answers, and the layout of datasketches-cpp tuple/include/tuple_sketch_impl.hpp, compact_tuple_sketch::serialize, for a summary of one double.</summary>
public sealed class TupleTests
{
    [Fact]
    public void Small_sketches_are_exact()
    {
        var sketch = new TupleSketch();
        for (var i = 0; i < 3000; i++) sketch.Update(i % 1000, i % 1000);
        Assert.Equal(1000, sketch.Estimate);
        Assert.Equal(3 * 999 * 500, sketch.TotalEstimate);
        Assert.Equal(sketch.Estimate, sketch.Bounds(3).Upper);
        var above = sketch.Compact().Where(static sum => sum >= 3 * 900);
        Assert.Equal(100, above.Estimate);
    }

    [Fact]
    public void The_hashes_are_those_of_theta()
    {
        var tuple = new TupleSketch(9);
        var theta = new ThetaSketch(9);
        for (var i = 0; i < 20000; i++)
        {
            tuple.Update(i, 1);
            theta.Update(i);
        }
        Assert.Equal(theta.Compact().Hashes.ToArray(), tuple.Compact().Hashes.ToArray());
        Assert.Equal(theta.Estimate, tuple.Estimate);
        Assert.Equal(theta.Bounds(2), tuple.Bounds(2));
        Assert.Equal(tuple.Estimate, tuple.TotalEstimate, 1e-6);
    }

    [Fact]
    public void Set_operations_are_exact_on_small_sets()
    {
        var a = Of(0, 600).Compact();
        var b = Of(400, 1000).Compact();
        Assert.Equal((200.0, 400.0), (a.Intersect(b).Estimate, a.Intersect(b).TotalEstimate));
        Assert.Equal((400.0, 400.0), (a.Except(b).Estimate, a.Except(b).TotalEstimate));
        var union = Of(0, 600);
        union.Merge(Of(400, 1000));
        Assert.Equal((1000.0, 1200.0), (union.Estimate, union.TotalEstimate));
        Assert.True(a.Intersect(Of(5000, 5100).Compact()).IsEmpty);
    }

    [Fact]
    public void A_union_keeps_at_most_K_and_estimates_both()
    {
        var union = new TupleSketch(10);
        for (var part = 0; part < 10; part++) union.Merge(Of(part * 10000, part * 10000 + 20000));
        var compact = union.Compact();
        Assert.Equal(1024, compact.Count);
        Assert.InRange(compact.Estimate, 110000 * 0.85, 110000 * 1.15);
        Assert.InRange(compact.TotalEstimate, 200000 * 0.85, 200000 * 1.15);
        Answers.SameBytes("reloaded", compact.Save(), CompactTupleSketch.Load(compact.Save()).Save());
    }

    [Fact]
    public void The_image_is_the_published_one()
    {
        var sketch = new TupleSketch();
        Assert.Equal("0103090100" + "1ECC93", Convert.ToHexString(sketch.Save()));
        sketch.Update(0, 2.5);
        var image = sketch.Save();
        Assert.Equal("0103090100" + "1ACC93" + "E56B61EEC8804420", Convert.ToHexString(image.AsSpan(0, 16)));
        Assert.Equal(2.5, BinaryPrimitives.ReadDoubleLittleEndian(image.AsSpan(16)));
        sketch.Update(1, 1);
        image = sketch.Save();
        Assert.Equal("0203090100" + "1ACC93" + "0200000000000000", Convert.ToHexString(image.AsSpan(0, 16)));
        Assert.Equal(48, image.Length);
        var again = TupleSketch.Load(image);
        Assert.Equal((2.0, 3.5), (again.Estimate, again.TotalEstimate));
    }

    /// <summary>datasketches-cpp tuple/include/array_tuple_sketch_impl.hpp, compact_array_tuple_sketch::serialize; Java: HeapArrayOfDoublesCompactSketch.toByteArray.</summary>
    [Fact]
    public void Arrays_of_doubles_are_written_and_read()
    {
        var sketch = new TupleSketch(lgK: 5);
        Assert.Equal("0101090314" + "01CC93" + "FFFFFFFFFFFFFF7F", Convert.ToHexString(sketch.Compact().SaveAsArrayOfDoubles()));
        sketch.Update(0, 2.5);
        Assert.Equal("0101090318" + "01CC93" + "FFFFFFFFFFFFFF7F" + "0100000000000000" + "E56B61EEC8804420" + "0000000000000440", Convert.ToHexString(sketch.Compact().SaveAsArrayOfDoubles()));
        for (var i = 0; i < 2000; i++) sketch.Update(i, i);
        foreach (var isOrdered in new[] { true, false })
        {
            var compact = sketch.Compact(isOrdered);
            var again = CompactTupleSketch.Load(compact.SaveAsArrayOfDoubles());
            Assert.Equal((compact.Estimate, compact.TotalEstimate, isOrdered), (again.Estimate, again.TotalEstimate, again.IsOrdered));
            Answers.SameBytes("array of doubles", compact.Save(), again.Save());
        }
        // A sample of items of which none was taken is not empty, and knows its theta.
        byte[] none = [1, 1, 9, 3, 0, 1, 0xCC, 0x93, .. BitConverter.GetBytes(1L << 60)];
        Assert.Equal((false, 0.0, true), (CompactTupleSketch.Load(none).IsEmpty, CompactTupleSketch.Load(none).Estimate, CompactTupleSketch.Load(none).Bounds(2).Upper > 1));
    }

    [Fact]
    public void Of_several_numbers_an_item_one_is_taken()
    {
        byte[] image = [1, 1, 9, 3, 8, 3, 0xCC, 0x93, .. BitConverter.GetBytes(long.MaxValue), 2, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(70L), .. BitConverter.GetBytes(7L),
            .. new[] { 1.0, 10, 100, 2, 20, 200 }.SelectMany(BitConverter.GetBytes)];
        for (var column = 0; column < 3; column++) Assert.Equal(3 * Math.Pow(10, column), CompactTupleSketch.Load(image, column: column).TotalEstimate);
        Assert.Throws<SketchFormatException>(() => CompactTupleSketch.Load(image, column: 3));
        Assert.Throws<SketchFormatException>(() => CompactTupleSketch.Load(image, column: -1));
    }

    /// <summary>datasketches-cpp tuple/include/tuple_sketch_impl.hpp for update_tuple_sketch of int; Java: IntegerSummary.toByteArray and DoubleSummary.toByteArray, which ends with the mode.</summary>
    [Theory]
    [InlineData("03000000")]
    [InlineData("0000000000000840")]
    [InlineData("000000000000084001")]
    public void Summaries_of_one_number_are_told_apart_by_their_size(string summary)
    {
        var number = Convert.FromHexString(summary);
        byte[] image = [2, 3, 9, 1, 0, 0x1A, 0xCC, 0x93, 2, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(7L), .. number, .. BitConverter.GetBytes(70L), .. number];
        Assert.Equal((2.0, 6.0), (CompactTupleSketch.Load(image).Estimate, CompactTupleSketch.Load(image).TotalEstimate));
        Assert.Throws<SketchFormatException>(() => CompactTupleSketch.Load(image.AsSpan(0, image.Length - 5)));
    }

    [Fact]
    public void Images_that_name_a_Java_class_are_refused() =>
        Assert.Throws<SketchFormatException>(static () => CompactTupleSketch.Load([1, 1, 9, 1, 0x0C, 0x3C, 0x62, 0xD2, 0x81, 0xBC, 0xCB, 0x59, 0x40, 0x26, 0, 0x10, 0, 0]));

    static TupleSketch Of(int from, int to)
    {
        var sketch = new TupleSketch();
        for (var i = from; i < to; i++) sketch.Update(i, 1);
        return sketch;
    }
}
