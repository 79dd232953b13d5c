using Aha.Models.Checkpoints;

namespace Aha.Tests.Models;

public sealed class ElementCodecTests
{
    /// <summary>Whatever pattern is stored, widening and narrowing gives it back; NaNs stay NaNs.</summary>
    [Theory]
    [InlineData(SafetensorsType.F16)]
    [InlineData(SafetensorsType.BF16)]
    [InlineData(SafetensorsType.F8_E4M3)]
    public void EveryPatternSurvives(SafetensorsType type)
    {
        byte[] all = type.Size() == 1
            ? [.. Enumerable.Range(0, 256).Select(i => (byte)i)]
            : [.. Enumerable.Range(0, 65536).SelectMany(i => BitConverter.GetBytes((ushort)i))];
        var values = new float[all.Length / type.Size()];
        ElementCodec.Decode(all, type, values);
        var back = new byte[all.Length];
        ElementCodec.Encode(values, type, back);
        var again = new float[values.Length];
        ElementCodec.Decode(back, type, again);
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i])) Assert.True(float.IsNaN(again[i]));
            else Assert.True(all.AsSpan(i * type.Size(), type.Size()).SequenceEqual(back.AsSpan(i * type.Size(), type.Size())), $"pattern {i}");
        }
    }

    /// <summary>The stored neighbour is the nearest one, and the even one of two equally near.</summary>
    [Theory]
    [InlineData(SafetensorsType.BF16)]
    [InlineData(SafetensorsType.F8_E4M3)]
    public void NarrowingRoundsToTheNearestEven(SafetensorsType type)
    {
        // Patterns 0 .. last are the finite non-negative numbers in ascending order.
        int last = type == SafetensorsType.BF16 ? 0x7F7F : 0x7E;
        float[] numbers = [.. Enumerable.Range(0, last + 1).Select(pattern => Widen(pattern, type))];
        Gen.Int[0, last - 1].SelectMany(i => Gen.Double[0, 1].Select(share => (i, (float)(numbers[i] + share * ((double)numbers[i + 1] - numbers[i]))))).Sample((i, value) =>
        {
            int stored = Narrow(value, type);
            double below = (double)value - numbers[i], above = (double)numbers[i + 1] - value;
            Assert.Equal(below < above ? i : above < below ? i + 1 : i + i % 2, stored);
            Assert.Equal(-Widen(stored, type), Widen(Narrow(-value, type), type));
        });
    }

    [Fact]
    public void Fp8IsKnownAndSaturates()
    {
        Assert.Equal(448, Widen(0x7E, SafetensorsType.F8_E4M3));
        Assert.Equal(MathF.ScaleB(1, -9), Widen(1, SafetensorsType.F8_E4M3));
        Assert.Equal(MathF.ScaleB(1, -6), Widen(8, SafetensorsType.F8_E4M3));
        Assert.Equal(1, Widen(0x38, SafetensorsType.F8_E4M3));
        Assert.True(float.IsNaN(Widen(0x7F, SafetensorsType.F8_E4M3)));
        Assert.Equal(0x7E, Narrow(1e9f, SafetensorsType.F8_E4M3));
    }

    /// <summary>Blocks at the edges are partial; no element is farther from its original than half a step of its block.</summary>
    [Fact]
    public void BlockScalesBoundTheError()
    {
        Gen.Select(Gen.Int[1, 260], Gen.Int[1, 260], Gen.Int[0, 1 << 30]).Sample((rows, columns, seed) =>
        {
            var random = new Random(seed);
            float[] matrix = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3))))];
            float[] divided = [.. matrix], factors = new float[BlockScales.ShapeOf([rows, columns]).Aggregate(1L, (a, b) => a * b)];
            BlockScales.Divide(divided, columns, factors);
            var stored = new byte[divided.Length];
            ElementCodec.Encode(divided, SafetensorsType.F8_E4M3, stored);
            ElementCodec.Decode(stored, SafetensorsType.F8_E4M3, divided);
            BlockScales.Apply(divided, columns, factors);
            for (int i = 0; i < matrix.Length; i++)
            {
                float factor = factors[i / columns / 128 * ((columns + 127) / 128) + i % columns / 128];
                // A step is an eighth of the power of two below the number, and 2^-9 of the factor for the smallest.
                Assert.InRange(Math.Abs(divided[i] - matrix[i]), 0, Math.Max(Math.Abs(matrix[i]) / 15.9f, factor / 1023));
            }
        }, iter: 30, threads: 1);
    }

    private static float Widen(int pattern, SafetensorsType type)
    {
        var value = new float[1];
        ElementCodec.Decode(BitConverter.GetBytes(pattern).AsSpan(0, type.Size()), type, value);
        return value[0];
    }

    private static int Narrow(float value, SafetensorsType type)
    {
        var bytes = new byte[4];
        ElementCodec.Encode([value], type, bytes.AsSpan(0, type.Size()));
        return BitConverter.ToInt32(bytes);
    }
}
