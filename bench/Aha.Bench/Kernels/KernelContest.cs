using Aha.Benchmarks;
using Aha.Generation;
using Aha.Models;
using Aha.Tensors;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Aha.Bench.Kernels;

/// <summary>One kernel by every kernel set, by the loop one would write first, and by libtorch's operator. All on one thread.</summary>
public abstract class KernelContest
{
    private readonly Dictionary<KernelSet, IKernels> _sets = [];
    private readonly Stack<IDisposable> _owned = [];

    /// <summary>N, M, or the shape of SmolLM2-135M.</summary>
    [Params("N", "M", "SmolLM2")]
    public string Model { get; set; } = "";

    internal ModelConfig Config => (Model == "SmolLM2" ? Aha.Benchmarks.Scaling.ModelFamily.Models[^1] : BenchmarkModel.Find(Model)).Config;

    [GlobalSetup]
    public void SetUp()
    {
        NativeRuntime.EnsureLoaded();
        set_num_threads(1);
        foreach (KernelSet set in new[] { KernelSet.Scalar, KernelSet.Avx2, KernelSet.Avx512 }.Where(RolloutEngineOptions.IsSupported)) _sets[set] = Own(KernelsOf.Set(set, Config.VocabSize));
        using var noGrad = no_grad();
        Prepare();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        while (_owned.TryPop(out IDisposable? held)) held.Dispose();
        _sets.Clear();
    }

    [Benchmark]
    public void Avx512() => Run(Kernels(KernelSet.Avx512));

    [Benchmark]
    public void Avx2() => Run(Kernels(KernelSet.Avx2));

    [Benchmark]
    public void Scalar() => Run(Kernels(KernelSet.Scalar));

    [Benchmark]
    public void Loop() => RunLoop();

    [Benchmark]
    public void Libtorch()
    {
        using var noGrad = no_grad();
        RunLibtorch().Dispose();
    }

    /// <exception cref="NotSupportedException">This processor lacks the set.</exception>
    internal IKernels Kernels(KernelSet set) => _sets.TryGetValue(set, out IKernels? kernels) ? kernels : throw new NotSupportedException($"this processor lacks {set}");

    private protected abstract void Prepare();

    /// <summary>Disposed of after the last measurement.</summary>
    private protected T Own<T>(T held)
        where T : IDisposable
    {
        _owned.Push(held);
        return held;
    }

    private protected abstract void Run(IKernels kernels);

    private protected abstract void RunLoop();

    private protected abstract Tensor RunLibtorch();
}
