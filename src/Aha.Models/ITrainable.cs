using static TorchSharp.torch;

namespace Aha.Models;

/// <summary>What an optimiser steps and a training checkpoint keeps: a model's weights, or an adapter's.</summary>
public interface ITrainable
{
    long ParameterCount { get; }

    /// <summary>One fp32 leaf tensor [<see cref="ParameterCount"/>] that requires a gradient. Optimisers change it in place.</summary>
    Tensor Parameters { get; }

    /// <summary>Where each tensor lies in <see cref="Parameters"/>; all that have weight decay come before all that have none.</summary>
    IReadOnlyList<ParameterSlice> Layout { get; }

    /// <exception cref="IOException">The folder cannot be written.</exception>
    void Save(string folder);

    /// <summary>Takes over what <see cref="Save"/> wrote of one of the same shape.</summary>
    /// <exception cref="ModelFormatException">The folder's files are broken.</exception>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    void Restore(string folder);
}
