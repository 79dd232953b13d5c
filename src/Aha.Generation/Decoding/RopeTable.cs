using Aha.Generation.Memory;
using Aha.Models;
using Aha.Models.Rotary;

namespace Aha.Generation.Decoding;

/// <summary>cos and sin of position * frequency (<see cref="RotaryFrequencies"/>), <c>[position, headDim / 2]</c> each; grows to the longest sequence asked for.</summary>
internal sealed unsafe class RopeTable(ModelConfig config) : IDisposable
{
    private NativeBuffer<float>? _table;
    private int _positions;

    private int Half => config.HeadDim / 2;

    public float* Cos(int position) => _table!.Pointer + (long)position * 2 * Half;

    public float* Sin(int position) => Cos(position) + Half;

    /// <summary>Not to be called while a decoder runs.</summary>
    public void EnsurePositions(int positions)
    {
        if (positions <= _positions) return;
        _table?.Dispose();
        _table = new NativeBuffer<float>((long)positions * 2 * Half);
        _positions = positions;
        double[] frequencies = RotaryFrequencies.Of(config);
        double magnitude = RotaryFrequencies.Magnitude(config);
        for (int i = 0; i < Half; i++)
        {
            for (int p = 0; p < positions; p++)
            {
                var (sin, cos) = Math.SinCos(p * frequencies[i]);
                Cos(p)[i] = (float)(cos * magnitude);
                Sin(p)[i] = (float)(sin * magnitude);
            }
        }
    }

    public void Dispose() => _table?.Dispose();
}
