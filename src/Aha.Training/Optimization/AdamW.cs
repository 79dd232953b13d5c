using System.Runtime.InteropServices;
using Aha.Models;
using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Optimization;

/// <summary>Constants of <see cref="AdamW"/>.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Decoupled: weights shrink by learning rate * this each step, where the layout says so.</param>
public sealed record AdamWOptions(double Beta1 = 0.9, double Beta2 = 0.95, double Epsilon = 1e-8, double WeightDecay = 0.1);

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101) on flat parameters.</summary>
public sealed class AdamW : IDisposable
{
    private const uint Magic = 0x574D4441; // "ADMW"

    private readonly ITrainable _trained;
    private readonly AdamWOptions _options;
    private readonly long _decayed;
    private readonly Tensor _firstMoment;
    private readonly Tensor _secondMoment;
    private readonly Tensor _step;

    /// <param name="trained">What is stepped; not owned.</param>
    public AdamW(ITrainable trained, AdamWOptions options)
    {
        if (!(options.Beta1 is >= 0 and < 1) || !(options.Beta2 is >= 0 and < 1)) throw new ArgumentException($"betas {options.Beta1}, {options.Beta2} are not within [0, 1)");
        if (!(options.Epsilon > 0) || !(options.WeightDecay >= 0)) throw new ArgumentException($"epsilon {options.Epsilon} must be positive, weight decay {options.WeightDecay} not negative");
        _trained = trained;
        _options = options;
        _decayed = trained.Layout.Where(slice => slice.WeightDecay).Sum(slice => slice.Count);
        _firstMoment = zeros(trained.ParameterCount).DetachFromDisposeScope();
        _secondMoment = zeros(trained.ParameterCount).DetachFromDisposeScope();
        _step = zeros([]).DetachFromDisposeScope();
    }

    /// <summary>Steps taken.</summary>
    public long StepCount { get; private set; }

    /// <summary>
    /// Scales the gradient so that its Euclidean norm is at most <paramref name="maxNorm"/> (infinity: only measures).
    /// Returns the norm before; 0 without a gradient.
    /// </summary>
    public double ClipGradient(double maxNorm)
    {
        if (_trained.Parameters.grad is not Tensor gradient) return 0;
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        double norm = gradient.norm().ToDouble();
        // A norm that is not finite is left for the caller to see, not multiplied into every weight's gradient.
        if (norm > maxNorm && double.IsFinite(norm)) gradient.mul_(Scalars.Of(maxNorm / norm));
        return norm;
    }

    /// <summary>Takes a step along the gradient in <c>Parameters.grad</c> and clears it.</summary>
    public void Step(double learningRate)
    {
        StepCount++;
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            // No gradient is a zero one: momentum and decay go on. A resumed run, whose first gradient is yet to come, must step like one that has had some.
            Tensor gradient = _trained.Parameters.grad ?? zeros(_trained.ParameterCount);
            _step.fill_(Scalars.Of(StepCount));
            Update(gradient, 0, _decayed, learningRate, _options.WeightDecay);
            Update(gradient, _decayed, _trained.ParameterCount - _decayed, learningRate, 0);
            gradient.zero_();
        }
    }

    /// <summary>Writes moments and step count, to the bit.</summary>
    public void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(_trained.ParameterCount);
        writer.Write(StepCount);
        writer.Flush();
        stream.Write(MemoryMarshal.AsBytes(TensorMemory.Floats(_firstMoment)));
        stream.Write(MemoryMarshal.AsBytes(TensorMemory.Floats(_secondMoment)));
    }

    /// <summary>Reads what <see cref="Save"/> wrote for parameters of this size.</summary>
    /// <exception cref="InvalidDataException">The stream holds something else, is cut off, or is of another size.</exception>
    public void Load(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            if (reader.ReadUInt32() != Magic) throw new InvalidDataException("not an optimiser state");
            long count = reader.ReadInt64();
            if (count != _trained.ParameterCount) throw new InvalidDataException($"optimiser state of {count} parameters, what is trained has {_trained.ParameterCount}");
            long step = reader.ReadInt64();
            if (step < 0) throw new InvalidDataException($"optimiser state with step count {step}");
            stream.ReadExactly(MemoryMarshal.AsBytes(TensorMemory.Floats(_firstMoment)));
            stream.ReadExactly(MemoryMarshal.AsBytes(TensorMemory.Floats(_secondMoment)));
            StepCount = step;
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("optimiser state is cut off", e);
        }
    }

    public void Dispose()
    {
        _firstMoment.Dispose();
        _secondMoment.Dispose();
        _step.Dispose();
    }

    private void Update(Tensor gradient, long start, long count, double learningRate, double weightDecay)
    {
        if (count == 0) return;
        TorchDispatcher.FusedAdamW(
            _trained.Parameters.detach().narrow(0, start, count), gradient.narrow(0, start, count), _firstMoment.narrow(0, start, count),
            _secondMoment.narrow(0, start, count), _step, learningRate, _options.Beta1, _options.Beta2, weightDecay, _options.Epsilon);
    }
}
