using Aha.Tensors;
using static TorchSharp.torch;

namespace Aha.Models.Layers;

/// <summary>What all layers of one forward pass share. The rows of a batch lie under one another: [B*T, ...].</summary>
/// <param name="Batch">Sequences, B.</param>
/// <param name="Time">Positions of each, T, counted from 0.</param>
/// <param name="Cos">Rotary cosines [T or more, d/2] fp32.</param>
/// <param name="Sin">Rotary sines, likewise.</param>
/// <param name="Precision">What matrices are multiplied in.</param>
internal sealed record ForwardPass(int Batch, int Time, Tensor Cos, Tensor Sin, ComputePrecision Precision)
{
    /// <summary>As an operand of a matrix product.</summary>
    public Tensor Operand(Tensor x) => x.to(Precision == ComputePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
}
