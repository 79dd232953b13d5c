using System.Runtime.CompilerServices;
using Aha.Generation.Decoding;
using Aha.Generation.Kernels;
using Aha.Generation.Memory;
using Aha.Models;
using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Bench.Kernels;

/// <summary>The decoding step's largest product: gates and ups of the feed-forward.</summary>
public unsafe class MatrixProduct : KernelContest
{
    private NativeBuffer<float> _x = null!, _y = null!, _w = null!, _zeros = null!;
    private readonly Dictionary<int, NativeBuffer<float>> _panels = [];
    private Tensor _tensorX = null!, _tensorW = null!;
    private int _depth, _outputs;

    [Params(1, 8, 32, 64)]
    public int Rows { get; set; }

    private protected override void Prepare()
    {
        (_depth, _outputs) = (Config.HiddenSize, 2 * Config.IntermediateSize);
        _x = Own(Filled.Random(Rows * _depth));
        _w = Own(Filled.Random(_outputs * _depth));
        _y = Own(new NativeBuffer<float>(Rows * (_outputs + 64L)));
        _zeros = Own(new NativeBuffer<float>(_outputs + 64L));
        foreach (int width in (int[])[16, 32])
        {
            PackedMatrix matrix = Matrix(width, 0);
            _panels[width] = Own(new NativeBuffer<float>(matrix.Bytes / sizeof(float), 2 << 20));
            matrix = Matrix(width, (nint)_panels[width].Pointer);
            for (int o = 0; o < _outputs; o++) matrix.Write(o, new ReadOnlySpan<float>(_w.Pointer + (long)o * _depth, _depth));
        }

        _tensorX = Own(Filled.Tensor(_x, Rows, _depth));
        _tensorW = Own(Filled.Tensor(_w, _outputs, _depth));
    }

    private protected override void Run(IKernels kernels) =>
        kernels.Multiply(_x.Pointer, Rows, Matrix(kernels.PanelWidth, (nint)_panels[kernels.PanelWidth].Pointer), _y.Pointer, _zeros.Pointer);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunLoop()
    {
        for (int r = 0; r < Rows; r++)
        {
            for (int o = 0; o < _outputs; o++)
            {
                float* x = _x.Pointer + r * _depth, w = _w.Pointer + o * _depth;
                float sum = 0;
                for (int k = 0; k < _depth; k++) sum += x[k] * w[k];
                _y.Pointer[r * _outputs + o] = sum;
            }
        }
    }

    private protected override Tensor RunLibtorch() => nn.functional.linear(_tensorX, _tensorW);

    private PackedMatrix Matrix(int width, nint address) => new(address, StoredFormat.Float32, _depth, width, (_outputs + width - 1) / width);
}

/// <summary>All heads of one layer and one sequence over its cache.</summary>
public unsafe class CacheAttention : KernelContest
{
    private NativeBuffer<float> _q = null!, _cache = null!, _scores = null!, _output = null!;
    private NativeBuffer<nint> _blocks = null!;
    private Tensor _tensorQ = null!, _tensorK = null!, _tensorV = null!;
    private KvLayout _layout = null!;
    private int _heads, _kvHeads, _headDim;

    [Params(128, 1024)]
    public int Positions { get; set; }

    private protected override void Prepare()
    {
        ModelConfig config = Config with { NumHiddenLayers = 1 };
        (_heads, _kvHeads, _headDim, _layout) = (config.NumAttentionHeads, config.NumKeyValueHeads, config.HeadDim, new KvLayout(config));
        int blocks = KvLayout.BlocksFor(Positions);
        _q = Own(Filled.Random(_heads * _headDim));
        _cache = Own(Filled.Random(blocks * _layout.BlockFloats));
        _blocks = Own(new NativeBuffer<nint>(blocks));
        for (int b = 0; b < blocks; b++) _blocks.Pointer[b] = (nint)(_cache.Pointer + (long)b * _layout.BlockFloats);
        _scores = Own(new NativeBuffer<float>(Positions + 64));
        _output = Own(new NativeBuffer<float>(_heads * _headDim + Lanes.Count));
        _tensorQ = Own(randn(1, _heads, 1, _headDim));
        // Repeated for every head of a group, which the operator would do itself.
        _tensorK = Own(randn(1, _heads, Positions, _headDim));
        _tensorV = Own(randn(1, _heads, Positions, _headDim));
    }

    private protected override void Run(IKernels kernels)
    {
        for (int h = 0; h < _heads; h++)
            kernels.Attend(_q.Pointer + h * _headDim, (float**)_blocks.Pointer, Positions, HeadOffset(h), _headDim, _layout.ValueStride, _scores.Pointer, _output.Pointer + h * _headDim);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunLoop()
    {
        for (int h = 0; h < _heads; h++)
        {
            float* q = _q.Pointer + h * _headDim, output = _output.Pointer + h * _headDim;
            float max = float.NegativeInfinity, total = 0;
            for (int t = 0; t < Positions; t++)
            {
                float* keys = (float*)((byte*)_blocks.Pointer[t / KvLayout.Positions] + HeadOffset(h)) + t % KvLayout.Positions;
                float score = 0;
                for (int d = 0; d < _headDim; d++) score += q[d] * keys[d * KvLayout.Positions];
                _scores.Pointer[t] = score;
                max = Math.Max(max, score);
            }

            for (int t = 0; t < Positions; t++) total += _scores.Pointer[t] = MathF.Exp(_scores.Pointer[t] - max);
            new Span<float>(output, _headDim).Clear();
            for (int t = 0; t < Positions; t++)
            {
                float* values = (float*)((byte*)_blocks.Pointer[t / KvLayout.Positions] + HeadOffset(h)) + _headDim * KvLayout.Positions + t % KvLayout.Positions * _layout.ValueStride;
                for (int d = 0; d < _headDim; d++) output[d] += _scores.Pointer[t] / total * values[d];
            }
        }
    }

    private protected override Tensor RunLibtorch() => nn.functional.scaled_dot_product_attention(_tensorQ, _tensorK, _tensorV);

    private nint HeadOffset(int head) => (nint)(head / (_heads / _kvHeads)) * _layout.HeadBytes;
}

/// <summary>RMS norm of the residual streams of 32 sequences.</summary>
public unsafe class RmsNorm : KernelContest
{
    private const int Rows = 32;
    private NativeBuffer<float> _x = null!, _weight = null!, _y = null!;
    private Tensor _tensorX = null!, _tensorWeight = null!;
    private int _width;

    private protected override void Prepare()
    {
        _width = Config.HiddenSize;
        _x = Own(Filled.Random(Rows * _width));
        _weight = Own(Filled.Random(_width));
        _y = Own(new NativeBuffer<float>(Rows * _width));
        _tensorX = Own(Filled.Tensor(_x, Rows, _width));
        _tensorWeight = Own(Filled.Tensor(_weight, 1, _width));
    }

    private protected override void Run(IKernels kernels)
    {
        for (int r = 0; r < Rows; r++) kernels.RmsNorm(_x.Pointer + r * _width, _weight.Pointer, _y.Pointer + r * _width, _width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunLoop()
    {
        for (int r = 0; r < Rows; r++)
        {
            float* x = _x.Pointer + r * _width, y = _y.Pointer + r * _width;
            float squares = 0;
            for (int i = 0; i < _width; i++) squares += x[i] * x[i];
            float scale = 1 / MathF.Sqrt(squares / _width + 1e-6f);
            for (int i = 0; i < _width; i++) y[i] = x[i] * scale * _weight.Pointer[i];
        }
    }

    private protected override Tensor RunLibtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scale = _tensorX.square().mean([-1], keepdim: true).add(1e-6).rsqrt();
        return _tensorX.mul(scale).mul(_tensorWeight).MoveToOuterDisposeScope();
    }
}

/// <summary>One token drawn at temperature 1, with its log-probability.</summary>
public unsafe class Sampling : KernelContest
{
    private NativeBuffer<float> _logits = null!;
    private Tensor _tensor = null!;
    private float[] _weights = [];
    private int _draw;

    private protected override void Prepare()
    {
        _logits = Own(Filled.Random(Lanes.RoundUp(Config.VocabSize)));
        _weights = new float[Config.VocabSize];
        _tensor = Own(Filled.Tensor(_logits, 1, Config.VocabSize));
    }

    private protected override void Run(IKernels kernels) => kernels.Sample(_logits.Pointer, Uniform());

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunLoop()
    {
        float max = float.NegativeInfinity;
        for (int i = 0; i < _weights.Length; i++) max = Math.Max(max, _logits.Pointer[i]);
        double total = 0;
        for (int i = 0; i < _weights.Length; i++) total += _weights[i] = MathF.Exp(_logits.Pointer[i] - max);
        double target = Uniform() * total;
        int token = 0;
        while (token < _weights.Length - 1 && (target -= _weights[token]) >= 0) token++;
        _logProb = _logits.Pointer[token] - max - Math.Log(total);
    }

    private protected override Tensor RunLibtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logProbs = nn.functional.log_softmax(_tensor, -1);
        return logProbs.gather(1, logProbs.exp().multinomial(1)).MoveToOuterDisposeScope();
    }

    // Written so that nothing of the loop can be left out.
    private double _logProb;

    private double Uniform() => (_draw = (_draw + 37) % 100) / 100.0;
}

internal static unsafe class Filled
{
    /// <summary>Uniform in -1..1, the same every time.</summary>
    public static NativeBuffer<float> Random(int count)
    {
        var random = new Random(count);
        var buffer = new NativeBuffer<float>(count);
        for (int i = 0; i < count; i++) buffer.Pointer[i] = 2 * random.NextSingle() - 1;
        return buffer;
    }

    /// <summary>The buffer's first numbers as a matrix.</summary>
    public static Tensor Tensor(NativeBuffer<float> buffer, int rows, int columns) => tensor(new ReadOnlySpan<float>(buffer.Pointer, rows * columns).ToArray(), rows, columns);
}
