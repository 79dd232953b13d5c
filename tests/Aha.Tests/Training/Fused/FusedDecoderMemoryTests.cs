using Aha.Models;
using Aha.Tensors;
using Aha.Training.Batching;
using Aha.Training.Fused;

namespace Aha.Tests.Training.Fused;

/// <summary>What is counted here is counted for the whole process, so that nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(FusedDecoderMemoryTests), DisableParallelization = true)]
[Collection(nameof(FusedDecoderMemoryTests))]
public sealed class FusedDecoderMemoryTests
{
    [Theory]
    [InlineData(ComputePrecision.Float32)]
    [InlineData(ComputePrecision.BFloat16)]
    public void MemoryStaysFlatAndIsGivenBack(ComputePrecision precision)
    {
        using CausalLanguageModel model = FusedCases.Model(FusedCases.Even);
        TrainingSequence[] sequences = FusedCases.Sequences(FusedCases.Even, [(5, 20), (1, 1), (3, 120), (40, 7), (1, 63), (2, 15), (9, 24), (1, 2)]);
        float[] coefficients = FusedCases.Coefficients(sequences.Sum(s => s.Completion.Length), seed: 100);
        var decoder = new FusedDecoder(model, 2, precision: precision);
        Step();
        long native = decoder.NativeBytes, allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 20; i++) Step();
        long perToken = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 20 / sequences.Sum(s => s.Length);
        Assert.Equal(native, decoder.NativeBytes);
        Assert.True(perToken < 200, $"{perToken} managed bytes a token and step");
        decoder.Dispose();
        Assert.Equal(0, decoder.NativeBytes);
        Assert.Throws<ObjectDisposedException>(() => decoder.Forward(sequences));

        void Step() => decoder.Backward(decoder.Forward(sequences), coefficients);
    }
}
