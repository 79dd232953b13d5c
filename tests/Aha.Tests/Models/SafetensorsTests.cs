using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Aha.Models;
using Aha.Models.Checkpoints;

namespace Aha.Tests.Models;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aha-safetensors").FullName;

    private string PathOf(string name) => Path.Combine(_folder, name);

    [Theory]
    [InlineData("qwen2-tied")]
    [InlineData("qwen2-bf16")]
    [InlineData("llama-mha")]
    public void RoundTripIsExactToTheByte(string name)
    {
        string source = Path.Combine(GoldenModel.Read(name).Folder, "model.safetensors");
        using (SafetensorsFile file = SafetensorsFile.Open(source))
            SafetensorsWriter.Write(PathOf("copy"), file.Metadata, file.Entries, file.Bytes);
        Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(PathOf("copy")));
    }

    [Fact]
    public void HalfPrecisionIsWidened()
    {
        Half[] halves = [(Half)1.5f, (Half)(-0.25f), Half.Epsilon];
        byte[] data = new byte[12];
        for (int i = 0; i < 3; i++) BinaryPrimitives.WriteHalfLittleEndian(data.AsSpan(2 * i), halves[i]);
        for (int i = 0; i < 3; i++) BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(6 + 2 * i), (ushort)(BitConverter.SingleToUInt32Bits((float)halves[i]) >> 16));
        File.WriteAllBytes(PathOf("f"), Bytes("""{"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[6,12]}}""", data));
        using SafetensorsFile file = SafetensorsFile.Open(PathOf("f"));
        var values = new float[3];
        file.CopyTo(file.Entries[0], values);
        Assert.Equal(halves.Select(half => (float)half), values);
        file.CopyTo(file.Entries[1], values);
        Assert.Equal([1.5f, -0.25f], values[..2]);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "begin at 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "cut off or has a tail")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]}}""", "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}""", "list of sizes")]
    [InlineData("""{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", "I64 is not supported")]
    [InlineData("""{"a":{"dtype":"0","shape":[2],"data_offsets":[0,8]}}""", "element type 0 is not supported")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "stands twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "begin at 4")]
    [InlineData("""{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not a string")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not JSON")]
    public void HostileHeadersAreRefused(string header, string expected)
    {
        File.WriteAllBytes(PathOf("bad"), Bytes(header, new byte[8]));
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(PathOf("bad")));
        Assert.Contains(expected, error.Message);
        Assert.StartsWith(PathOf("bad"), error.Message);
    }

    [Fact]
    public void AnyChangedByteIsReadOrRefusedByName()
    {
        byte[] good = File.ReadAllBytes(Path.Combine(GoldenModel.Read("qwen2-bf16").Folder, "model.safetensors"));
        int header = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(good);
        // Cut to the header and a little data: most of what can go wrong is there, and the file is written often.
        Gen.Select(Gen.Int[0, header - 1], Gen.Byte, Gen.Int[0, 3], Gen.Int[0, good.Length])
            .Sample((position, value, edits, length) =>
            {
                byte[] changed = good.AsSpan(0, edits == 3 ? length : good.Length).ToArray();
                for (int i = 0; i <= edits && changed.Length > 0; i++) changed[(position + i * 17) % Math.Min(header, changed.Length)] = (byte)(value + i);
                string path = PathOf(Guid.NewGuid().ToString("N"));
                File.WriteAllBytes(path, changed);
                try
                {
                    using SafetensorsFile file = SafetensorsFile.Open(path);
                    foreach (SafetensorsEntry entry in file.Entries) file.CopyTo(entry, new float[entry.Shape.Aggregate(1L, (a, b) => a * b)]);
                }
                catch (ModelFormatException e)
                {
                    Assert.DoesNotContain('\n', e.Message.Replace(path, ""));
                }
                finally
                {
                    File.Delete(path);
                }
            }, iter: 400, threads: 1);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("extra")]
    [InlineData("shape")]
    public void TensorsThatDoNotFitTheConfigAreNamed(string fault)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 1);
        model.Save(_folder);
        const string Name = "model.layers.1.mlp.up_proj.weight";
        var tensors = model.Layout.Select(slice => (slice.Name, slice.Shape)).Where(tensor => fault != "missing" || tensor.Name != Name).ToList();
        if (fault == "extra") tensors.Add(("model.layers.7.mlp.up_proj.weight", [1]));
        if (fault == "shape") tensors = [.. tensors.Select(tensor => tensor.Name == Name ? (Name, (IReadOnlyList<long>)[16, 40]) : tensor)];
        IReadOnlyList<SafetensorsEntry> entries = SafetensorsWriter.LayOut(tensors.Select(tensor => (tensor.Name, SafetensorsType.F32, tensor.Shape)));
        SafetensorsWriter.Write(PathOf("model.safetensors"), [], entries, entry => new byte[entry.End - entry.Begin]);
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => CausalLanguageModel.Load(_folder));
        Assert.Equal(fault == "extra" ? "model.layers.7.mlp.up_proj.weight" : Name, error.Key);
        Assert.EndsWith("model.safetensors", error.File);
    }

    [Fact]
    public void ShardsLoadLikeOneFile()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(CausalLanguageModelTests.Small(), 1);
        model.Save(_folder);
        File.Delete(PathOf("model.safetensors"));
        var halves = model.Layout.Chunk((model.Layout.Count + 1) / 2).Select((slices, i) => (Name: $"model-0000{i + 1}-of-00002.safetensors", slices)).ToList();
        foreach ((string name, ParameterSlice[] slices) in halves)
        {
            SafetensorsWriter.Write(PathOf(name), [], SafetensorsWriter.LayOut(slices.Select(slice => (slice.Name, SafetensorsType.F32, slice.Shape))),
                entry => System.Runtime.InteropServices.MemoryMarshal.AsBytes(model.Read(entry.Name)));
        }
        WriteIndex(halves.SelectMany(half => half.slices.Select(slice => (slice.Name, half.Name))));
        using (CausalLanguageModel loaded = CausalLanguageModel.Load(_folder))
            Assert.True(Aha.Tensors.TensorMemory.Floats(model.Parameters).SequenceEqual(Aha.Tensors.TensorMemory.Floats(loaded.Parameters)));

        WriteIndex([("model.norm.weight", "../secret.safetensors")]);
        Assert.Contains("is a path", Assert.Throws<ModelFormatException>(() => CausalLanguageModel.Load(_folder)).Message);
        WriteIndex([("model.norm.weight", halves[0].Name)]);
        Assert.Equal("model.norm.weight", Assert.Throws<ModelFormatException>(() => CausalLanguageModel.Load(_folder)).Key);

        void WriteIndex(IEnumerable<(string Tensor, string File)> map)
        {
            var shards = new JsonObject();
            foreach ((string tensor, string file) in map) shards[tensor] = file;
            File.WriteAllText(PathOf("model.safetensors.index.json"), new JsonObject { ["weight_map"] = shards }.ToJsonString());
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Bytes(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + json.Length);
        return bytes;
    }
}
