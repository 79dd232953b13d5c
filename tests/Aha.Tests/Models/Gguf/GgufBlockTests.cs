using System.Text.Json;
using Aha.Models.Checkpoints.Gguf;
using Aha.Models.Checkpoints.Gguf.Blocks;

namespace Aha.Tests.Models.Gguf;

public sealed class GgufBlockTests
{
    private sealed record GoldenBlocks(GgufTensorType Type, int Elements, int Bytes, bool Quantised, byte[] Raw, float[] Values);

    private static IEnumerable<GoldenBlocks> Golden()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(GoldenFiles.Root, "gguf", "blocks.json")));
        foreach (JsonElement row in document.RootElement.EnumerateArray())
        {
            yield return new GoldenBlocks(
                Enum.Parse<GgufTensorType>(row.GetProperty("type").GetString()!), row.GetProperty("block_elements").GetInt32(), row.GetProperty("block_bytes").GetInt32(),
                row.GetProperty("made").GetString()!.StartsWith("quantised", StringComparison.Ordinal), Convert.FromHexString(row.GetProperty("hex").GetString()!),
                [.. row.GetProperty("values").EnumerateArray().Select(value => (float)value.GetDouble())]);
        }
    }

    public static TheoryData<string> GoldenTypes => [.. Golden().Select(blocks => blocks.Type.ToString())];

    private static GoldenBlocks Golden(string type) => Golden().Single(blocks => blocks.Type.ToString() == type);

    [Theory]
    [MemberData(nameof(GoldenTypes))]
    public void ValuesAreTheReferencesBitForBit(string type)
    {
        GoldenBlocks golden = Golden(type);
        BlockFormat format = BlockFormat.Of(golden.Type);
        Assert.Equal((golden.Elements, golden.Bytes), (format.Elements, format.Bytes));
        Assert.Equal(Bits(golden.Values), Bits(Decode(format, golden.Raw)));
    }

    [Fact]
    public void EveryTypeThatIsReadHasGoldenValuesOrIsPlain() =>
        Assert.Equal(BlockFormat.All.Select(format => format.Type).Order(), Golden().Select(blocks => blocks.Type).Append(GgufTensorType.F32).Order());

    [Theory]
    [MemberData(nameof(GoldenTypes))]
    public void RoundingWhatTheReferenceRoundedGivesItsBytes(string type)
    {
        GoldenBlocks golden = Golden(type);
        BlockFormat format = BlockFormat.Of(golden.Type);
        if (format.Encode is null) return;
        Assert.True(golden.Quantised);
        Assert.Equal(golden.Raw, Encode(format, golden.Values));
    }

    [Fact]
    public void ManyBlocksAreSoManyTimesOne() => Gen.Select(Gen.Int[0, BlockFormat.All.Count - 1], Gen.Int[0, 5], Gen.Int).Sample((index, count, seed) =>
    {
        BlockFormat format = BlockFormat.All[index];
        byte[] raw = new byte[count * format.Bytes];
        new Random(seed).NextBytes(raw);
        float[] whole = Decode(format, raw);
        for (int i = 0; i < count; i++)
            Assert.Equal(Bits(Decode(format, raw.AsSpan(i * format.Bytes, format.Bytes))), Bits(whole.AsSpan(i * format.Elements, format.Elements)));
    });

    [Fact]
    public void EveryHalfIsWidenedExactly()
    {
        ushort[] halves = [.. Enumerable.Range(0, 1 << 16).Select(i => (ushort)i)];
        float[] widened = Decode(BlockFormat.Of(GgufTensorType.F16), System.Runtime.InteropServices.MemoryMarshal.AsBytes<ushort>(halves));
        for (int i = 0; i < halves.Length; i++)
        {
            var half = BitConverter.UInt16BitsToHalf(halves[i]);
            if (Half.IsNaN(half)) Assert.True(float.IsNaN(widened[i]));
            else Assert.Equal(BitConverter.SingleToUInt32Bits((float)half), BitConverter.SingleToUInt32Bits(widened[i]));
        }
    }

    [Fact]
    public void RoundingToBFloat16TakesTheNearest() => Gen.Float.Sample(value =>
    {
        BlockFormat format = BlockFormat.Of(GgufTensorType.BF16);
        float rounded = Decode(format, Encode(format, [value]))[0];
        if (float.IsNaN(value))
        {
            Assert.True(float.IsNaN(rounded));
            return;
        }
        uint bits = BitConverter.SingleToUInt32Bits(value) & 0xFFFF_0000;
        float below = BitConverter.UInt32BitsToSingle(bits), above = BitConverter.UInt32BitsToSingle(bits + 0x1_0000);
        if (!float.IsFinite(above)) return;
        Assert.Contains(rounded, new[] { below, above });
        double distance = Math.Abs((double)rounded - value);
        Assert.True(distance <= Math.Abs((double)below - value) && distance <= Math.Abs((double)above - value));
    });

    [Theory]
    [InlineData("Q8_0", 0.5 / 127)]
    [InlineData("Q4_0", 1.0 / 8)]
    [InlineData("Q4_1", 1.0 / 15)]
    public void RoundingIsOffByNoMoreThanAStepAllows(string type, double share)
    {
        BlockFormat format = BlockFormat.Of(Enum.Parse<GgufTensorType>(type));
        Gen.Select(Gen.Float[-1, 1].Array[32], Gen.Float[1e-3f, 1e3f]).Sample((unit, scale) =>
        {
            float[] values = [.. unit.Select(value => value * scale)], rounded = Decode(format, Encode(format, values));
            // A step is this share of the block's reach; the scale itself is rounded to fp16.
            double reach = type == "Q4_1" ? values.Max() - values.Min() : values.Max(Math.Abs);
            double allowed = share * reach + values.Max(Math.Abs) / 1024 + 1e-6;
            for (int i = 0; i < values.Length; i++) Assert.True(Math.Abs(values[i] - rounded[i]) <= allowed, $"{values[i]} became {rounded[i]}, {allowed} allowed");
        });
    }

    [Theory]
    [InlineData("Q8_0")]
    [InlineData("Q4_0")]
    [InlineData("Q4_1")]
    public void ConstantBlocksStayConstant(string type)
    {
        BlockFormat format = BlockFormat.Of(Enum.Parse<GgufTensorType>(type));
        foreach (float value in new[] { 0f, 1f, -2f })
            Assert.All(Decode(format, Encode(format, [.. Enumerable.Repeat(value, 32)])), rounded => Assert.Equal(value, rounded, 1e-3f));
    }

    private static float[] Decode(BlockFormat format, ReadOnlySpan<byte> raw)
    {
        var values = new float[raw.Length / format.Bytes * format.Elements];
        format.Decode(raw, values);
        return values;
    }

    private static byte[] Encode(BlockFormat format, float[] values)
    {
        byte[] raw = new byte[format.RowBytes(values.Length)];
        format.Encode!(values, raw);
        return raw;
    }

    private static uint[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new uint[values.Length];
        for (int i = 0; i < bits.Length; i++) bits[i] = BitConverter.SingleToUInt32Bits(values[i]);
        return bits;
    }
}
