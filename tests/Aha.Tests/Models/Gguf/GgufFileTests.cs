using System.Text;
using Aha.Models;
using Aha.Models.Checkpoints.Gguf;
using Aha.Tokenization;

namespace Aha.Tests.Models.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string PathOf(string name) => _folder.File(name);

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        Gen<string> text = Gen.String.Where(IsUnicode);
        Gen<object> value = Gen.OneOf(
            text.Select(object (x) => x), Gen.Bool.Select(object (x) => x), Gen.Int.Select(object (x) => x), Gen.UInt.Select(object (x) => x),
            Gen.Float.Select(object (x) => x), text.Array[0, 5].Select(object (x) => x), Gen.Int.Array[0, 5].Select(object (x) => x));
        Gen<(GgufTensorType, int, int)> tensor = Gen.Select(Gen.Int[0, 2], Gen.Int[1, 5], Gen.Int[1, 3])
            .Select((type, rows, blocks) => (new[] { GgufTensorType.F32, GgufTensorType.BF16, GgufTensorType.Q8_0 }[type], rows, 32 * blocks));
        Gen.Select(value.Array[0, 6], tensor.Array[0, 6]).Sample((values, tensors) =>
        {
            string path = PathOf(Guid.NewGuid().ToString("N"));
            KeyValuePair<string, object>[] metadata = [.. values.Select((v, i) => new KeyValuePair<string, object>($"key.{i}", v))];
            IReadOnlyList<GgufEntry> entries = GgufWriter.LayOut(tensors.Select((t, i) => ($"tensor {i}", t.Item1, (IReadOnlyList<long>)[t.Item2, t.Item3])));
            // Integers of few bits are the same in every type.
            GgufWriter.Write(path, metadata, entries, entry => Enumerable.Range(0, (int)entry.Count).Select(i => (i % 32) * 4f - 62).ToArray());
            using (GgufFile file = GgufFile.Open(path))
            {
                Assert.Equal(metadata.Length, file.Metadata.Pairs.Count);
                for (int i = 0; i < metadata.Length; i++) Assert.Equal(metadata[i], file.Metadata.Pairs[i]);
                Assert.Equal(entries.Count, file.Entries.Count);
                for (int i = 0; i < entries.Count; i++)
                {
                    Assert.Equivalent(entries[i], file.Entries[i], strict: true);
                    float[] read = new float[entries[i].Count];
                    file.CopyTo(file.Entries[i], read);
                    for (int k = 0; k < read.Length; k++) Assert.Equal((k % 32) * 4f - 62, read[k], entries[i].Type == GgufTensorType.Q8_0 ? 0.3 : 0);
                }
            }
            File.Delete(path);
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void EveryKindOfValueIsRead()
    {
        var file = new HandmadeGguf()
            .Pair("a", 0, [7]).Pair("b", 1, [0xFF]).Pair("c", 2, [1, 2]).Pair("d", 3, [0xFE, 0xFF]).Pair("e", 4, [1, 0, 0, 0x80]).Pair("f", 5, [1, 0, 0, 0x80])
            .Pair("g", 6, BitConverter.GetBytes(1e-5f)).Pair("h", 7, [1]).Pair("i", 8, HandmadeGguf.Text("é")).Pair("j", 10, BitConverter.GetBytes(ulong.MaxValue))
            .Pair("k", 11, BitConverter.GetBytes(long.MinValue)).Pair("l", 12, BitConverter.GetBytes(Math.PI))
            .Pair("m", 9, HandmadeGguf.List(9, 1, HandmadeGguf.List(2, 2, [1, 0, 2, 0])))
            .Pair("n", 6, BitConverter.GetBytes(float.NaN)).Pair("o", 12, BitConverter.GetBytes(double.NegativeInfinity));
        using GgufFile opened = Open(file);
        GgufMetadata metadata = opened.Metadata;
        Assert.Equal(
            [(byte)7, (sbyte)-1, (ushort)513, (short)-2, 0x8000_0001u, unchecked((int)0x8000_0001), 1e-5f, true, "é", ulong.MaxValue, long.MinValue, Math.PI],
            metadata.Pairs.Take(12).Select(pair => pair.Value));
        Assert.Equal(new ushort[] { 1, 2 }, Assert.Single(Assert.IsType<object[]>(metadata.Pairs[12].Value)));
        Assert.Equal(7, metadata.Int("a"));
        Assert.Equal(1e-5, metadata.OptionalDouble("g"));
        Assert.Contains("e: expected an integer", Assert.Throws<ModelFormatException>(() => metadata.OptionalInt("e")).Message);
        // What no config.json could hold, and no model computes with.
        foreach (string key in (string[])["n", "o"])
            Assert.Contains($"{key}: expected a finite floating-point number", Assert.Throws<ModelFormatException>(() => metadata.OptionalDouble(key)).Message);
        Assert.Contains("i: expected true or false, found é", Assert.Throws<ModelFormatException>(() => metadata.OptionalBool("i")).Message);
        Assert.Contains("nothing: missing", Assert.Throws<ModelFormatException>(() => metadata.Text("nothing")).Message);
    }

    [Fact]
    public void BothVersionsAndEveryAlignmentAreRead()
    {
        foreach (uint version in new uint[] { 2, 3 })
        {
            foreach (uint alignment in new uint[] { 1, 8, 64, 4096 })
            {
                using GgufFile file = Open(new HandmadeGguf { Version = version, Alignment = (int)alignment }.Pair("general.alignment", 4, BitConverter.GetBytes(alignment)).Tensor("t", 0, [2], 0), BitConverter.GetBytes(0x3F80_0000_4000_0000));
                var values = new float[2];
                file.CopyTo(file.Entries[0], values);
                Assert.Equal([2f, 1f], values);
            }
        }
    }

    public static TheoryData<string, byte[], string> Hostile()
    {
        byte[] List(uint type, ulong count) => [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(count)];
        return new TheoryData<string, byte[], string>
        {
            { "empty", [], "it is empty" },
            { "short", "GGU"u8.ToArray(), "does not begin with GGUF" },
            { "other", "PK\u0003\u0004 and so on"u8.ToArray(), "does not begin with GGUF" },
            { "version", new HandmadeGguf { Version = 1 }.ToBytes(), "version: 1 is not supported" },
            { "big-endian", new HandmadeGguf { Version = 0x0300_0000 }.ToBytes(), "big-endian" },
            { "tensor count", new HandmadeGguf { TensorCount = 1UL << 40 }.ToBytes(), "tensor count: 1099511627776 are announced" },
            { "pair count", new HandmadeGguf { PairCount = ulong.MaxValue }.ToBytes(), "metadata count: 18446744073709551615 are announced" },
            { "key length", new HandmadeGguf().Raw(BitConverter.GetBytes(1UL << 62), pairs: 1).Raw(new byte[16]).ToBytes(), "ends inside its header" },
            { "long key", new HandmadeGguf().Pair(new string('k', 70_000), 7, [1]).ToBytes(), "more than the 65535 allowed" },
            { "empty key", new HandmadeGguf().Pair("", 7, [1]).ToBytes(), "an empty name" },
            { "control characters", new HandmadeGguf().Pair("a\nb", 7, [1]).ToBytes(), "metadata 0: a name with control characters" },
            { "twice", new HandmadeGguf().Pair("k", 7, [1]).Pair("k", 7, [0]).ToBytes(), "k: stands twice" },
            { "value type", new HandmadeGguf().Pair("k", 13, [1]).ToBytes(), "k: value type 13 is unknown" },
            { "list type", new HandmadeGguf().Pair("k", 9, List(99, 0)).ToBytes(), "k: value type 99 is unknown" },
            { "bool", new HandmadeGguf().Pair("k", 7, [2]).ToBytes(), "k: 2 is neither" },
            { "list length", new HandmadeGguf().Pair("k", 9, List(10, 1UL << 60)).ToBytes(), "k: 1152921504606846976 are announced" },
            { "text length", new HandmadeGguf().Pair("k", 8, BitConverter.GetBytes(ulong.MaxValue)).ToBytes(), "ends inside its header" },
            { "text", new HandmadeGguf().Pair("k", 8, [1, 0, 0, 0, 0, 0, 0, 0, 0xFF]).ToBytes(), "k: the text at byte" },
            { "nested", new HandmadeGguf().Pair("k", 9, [.. Enumerable.Repeat(List(9, 1), 50).SelectMany(bytes => bytes), .. new byte[50]]).ToBytes(), "k: lists nested more than" },
            { "alignment 0", new HandmadeGguf().Pair("general.alignment", 4, [0, 0, 0, 0]).ToBytes(), "general.alignment: 0 is not a power of two" },
            { "alignment 48", new HandmadeGguf().Pair("general.alignment", 4, [48, 0, 0, 0]).ToBytes(), "general.alignment: 48 is not a power of two" },
            { "alignment text", new HandmadeGguf().Pair("general.alignment", 8, HandmadeGguf.Text("32")).ToBytes(), "general.alignment: expected an integer" },
            { "dimensions", new HandmadeGguf().Tensor("t", 0, [1, 1, 1, 1, 1], 0).ToBytes(), "t: 5 dimensions" },
            { "sizes", new HandmadeGguf().Tensor("t", 0, [1UL << 32, 1UL << 32], 0).ToBytes(), "t: its shape is larger than any file" },
            { "sizes and zero", new HandmadeGguf().Tensor("t", 0, [ulong.MaxValue, ulong.MaxValue, 0], 0).ToBytes(), "t: its shape is larger than any file" },
            { "element type", new HandmadeGguf().Tensor("t", 23, [256], 0).ToBytes(), "t: element type IQ4_XS is not supported" },
            { "unknown element type", new HandmadeGguf().Tensor("t", 4_000_000_000, [256], 0).ToBytes(), "t: element type number 4000000000" },
            { "row", new HandmadeGguf().Tensor("t", 8, [33], 0).ToBytes(), "t: rows of 33 elements do not fill Q8_0 blocks of 32" },
            { "offset", new HandmadeGguf().Tensor("t", 0, [1], 4).ToBytes(), "t: its data begin at 4, which is not a multiple of 32" },
            { "far offset", new HandmadeGguf().Tensor("t", 0, [1], 1UL << 63).ToBytes(), "t: its data begin at 9223372036854775808" },
            { "outside", new HandmadeGguf().Tensor("t", 0, [8], 0).ToBytes(), "t: its 32 bytes at 0 lie outside the file's 0 data bytes; the file is cut off" },
            { "overlap", [.. new HandmadeGguf().Tensor("t", 0, [16], 0).Tensor("u", 0, [8], 32).ToBytes(), .. new byte[64]], "u: its data begin at 32, inside another tensor's" },
            { "same tensor", [.. new HandmadeGguf().Tensor("t", 0, [8], 0).Tensor("t", 0, [8], 32).ToBytes(), .. new byte[64]], "t: stands twice" },
        };
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void HostileHeadersAreRefused(string name, byte[] bytes, string expected)
    {
        string path = PathOf(name.Replace(' ', '-'));
        File.WriteAllBytes(path, bytes);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => GgufFile.Open(path));
        Assert.Contains(expected, error.Message);
        Assert.StartsWith(path, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void AClosedFileIsNotRead()
    {
        GgufFile file = Open(new HandmadeGguf().Tensor("t", 0, [2], 0), new byte[8]);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.CopyTo(file.Entries[0], new float[2]));
    }

    [Fact]
    public void NoFileIsRefused() => Assert.EndsWith("no such file", Assert.Throws<ModelFormatException>(() => GgufFile.Open(PathOf("nothing"))).Message);

    [Fact]
    public void AnyChangedByteIsReadOrRefusedByName()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 1);
        GgufModelFile.Write(PathOf("good"), model, new GgufTokenizer
        {
            Vocabulary = new([.. Enumerable.Range(0, 37).Select(i => $"t{i}")], [.. Enumerable.Repeat(GgufTokenType.Normal, 37)], ["t 1", "t 2"], "qwen2"),
            Special = new(1, 3, [3, 5], 0), ChatTemplate = "{{ messages }}",
        }, "small", GgufTensorType.F16);
        byte[] good = File.ReadAllBytes(PathOf("good"));
        int header = good.Length - (int)(model.ParameterCount * 2);
        Gen.Select(Gen.Int[0, header - 1], Gen.Byte, Gen.Int[0, 3], Gen.Int[0, good.Length]).Sample((position, value, edits, length) =>
        {
            byte[] changed = good.AsSpan(0, edits == 3 ? length : good.Length).ToArray();
            for (int i = 0; i <= edits && changed.Length > 0; i++) changed[(position + i * 17) % Math.Min(header, changed.Length)] = (byte)(value + i);
            string path = PathOf(Guid.NewGuid().ToString("N"));
            File.WriteAllBytes(path, changed);
            try
            {
                using GgufCheckpoint checkpoint = GgufCheckpoint.Open(path);
                foreach (string tensor in checkpoint.Names)
                {
                    Assert.True(checkpoint.TryFind(tensor, out var stored));
                    checkpoint.CopyTo(tensor, new float[stored.Count]);
                }
                _ = GgufTokenizer.Read(checkpoint.Metadata).ToTokenizer(path);
            }
            catch (Exception e) when (e is ModelFormatException or TokenizationException)
            {
                Assert.DoesNotContain('\n', e.Message.Replace(path, ""));
            }
            finally
            {
                File.Delete(path);
            }
        }, iter: 1500, threads: 1);
    }

    public void Dispose() => _folder.Dispose();

    private GgufFile Open(HandmadeGguf file, params byte[] data)
    {
        string path = PathOf(Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, [.. file.ToBytes(), .. data]);
        return GgufFile.Open(path);
    }

    private static bool IsUnicode(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
