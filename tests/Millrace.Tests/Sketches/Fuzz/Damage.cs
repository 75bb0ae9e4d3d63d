using System.Buffers.Binary;

namespace Millrace.Tests.Sketches.Fuzz;

/// <summary>Damages images as wires, disks and enemies do.</summary>
static class Damage
{
    static readonly int[] s_numbers = [0, 1, 2, 3, 7, 8, 63, 64, 127, 128, 255, 256, 65535, 1 << 20, int.MaxValue, int.MinValue, -1];

    /// <summary>A damaged copy of an image; <paramref name="other"/> lends it bytes.</summary>
    public static byte[] Of(byte[] image, byte[] other, Random random)
    {
        var damaged = image.ToArray();
        for (var times = random.Next(1, 4); times > 0 && damaged.Length > 0; times--) damaged = Once(damaged, other, random);
        return damaged;
    }

    static byte[] Once(byte[] image, byte[] other, Random random)
    {
        // Half of all damage hits the preamble, where an image says what it is and how long.
        var place = random.Next(random.Next(2) == 0 ? Math.Min(image.Length, 40) : image.Length);
        switch (random.Next(8))
        {
            case 0:
            case 1:
                image[place] ^= (byte)(1 << random.Next(8));
                return image;
            case 2:
            case 3:
                image[place] = (byte)random.Next(256);
                return image;
            case 4:
                if (place + 4 <= image.Length) BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(place), s_numbers[random.Next(s_numbers.Length)]);
                return image;
            case 5:
                return image[..random.Next(image.Length + 1)];
            case 6:
                var more = new byte[random.Next(1, 20)];
                random.NextBytes(more);
                return [.. image, .. more];
            default:
                var count = Math.Min(random.Next(1, 33), Math.Min(image.Length - place, other.Length));
                other.AsSpan(random.Next(other.Length - count + 1), count).CopyTo(image.AsSpan(place));
                return image;
        }
    }
}
