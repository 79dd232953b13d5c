using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Aha.Generation.Kernels;

/// <summary>Two AVX registers as one vector of sixteen lanes.</summary>
internal readonly struct Pair256(Vector256<float> low, Vector256<float> high)
{
    public readonly Vector256<float> Low = low;
    public readonly Vector256<float> High = high;
}

/// <summary>AVX2 with FMA: sixteen lanes are two registers; 16 registers hold 12 accumulators, two weights and a broadcast.</summary>
internal readonly unsafe struct Simd256 : ISimd<Pair256>
{
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static int PanelVectors => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Pair256 value, float* destination)
    {
        value.Low.Store(destination);
        value.High.Store(destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 Broadcast(float value)
    {
        var v = Vector256.Create(value);
        return new(v, v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 Add(Pair256 a, Pair256 b) => new(a.Low + b.Low, a.High + b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 Subtract(Pair256 a, Pair256 b) => new(a.Low - b.Low, a.High - b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 Multiply(Pair256 a, Pair256 b) => new(a.Low * b.Low, a.High * b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 Divide(Pair256 a, Pair256 b) => new(a.Low / b.Low, a.High / b.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 MultiplyAdd(Pair256 a, Pair256 b, Pair256 c) =>
        new(Fma.MultiplyAdd(a.Low, b.Low, c.Low), Fma.MultiplyAdd(a.High, b.High, c.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 Max(Pair256 a, Pair256 b) => new(Avx.Max(a.Low, b.Low), Avx.Max(a.High, b.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Pair256 value) => Fold.Sum(value.Low + value.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(Pair256 value) => Fold.Max(Avx.Max(value.Low, value.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 ScaleByPowerOfTwo(Pair256 value, Pair256 shifted) =>
        new((value.Low.AsInt32() + (shifted.Low.AsInt32() << 23)).AsSingle(), (value.High.AsInt32() + (shifted.High.AsInt32() << 23)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 WhereAbove(Pair256 x, Pair256 limit, Pair256 value) =>
        new(Vector256.GreaterThan(x.Low, limit.Low) & value.Low, Vector256.GreaterThan(x.High, limit.High) & value.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 KeepFirst(Pair256 value, int count, float replacement)
    {
        var fill = Vector256.Create(replacement);
        var indices = Vector256<int>.Indices;
        return new(
            Vector256.ConditionalSelect(Vector256.LessThan(indices, Vector256.Create(count)).AsSingle(), value.Low, fill),
            Vector256.ConditionalSelect(Vector256.LessThan(indices, Vector256.Create(count - 8)).AsSingle(), value.High, fill));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 LoadUpperHalves(ushort* source) => new(
        (Avx2.ConvertToVector256Int32(source) << 16).AsSingle(), (Avx2.ConvertToVector256Int32(source + 8) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 LoadBytes(sbyte* source) => new(
        Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(source)), Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(source + 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 Nibble(Pair256 words)
    {
        var four = Vector256.Create(15);
        return new(Vector256.ConvertToSingle(words.Low.AsInt32() & four), Vector256.ConvertToSingle(words.High.AsInt32() & four));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 NextNibble(Pair256 words) => new((words.Low.AsUInt32() >>> 4).AsSingle(), (words.High.AsUInt32() >>> 4).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 LowHalf(Pair256 words) => new(Half(words.Low.AsUInt32()), Half(words.High.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair256 HighHalf(Pair256 words) => new(Half(words.Low.AsUInt32() >>> 16), Half(words.High.AsUInt32() >>> 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Half(Vector256<uint> bits)
    {
        var magnitude = ((bits & Vector256.Create(0x7FFFu)) << 13).AsSingle() * Lanes.HalfScale;
        return (magnitude.AsUInt32() | ((bits << 16) & Vector256.Create(0x8000_0000u))).AsSingle();
    }
}

/// <summary>The last steps of the reduction trees that AVX and AVX-512 share.</summary>
internal static class Fold
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v)
    {
        var four = v.GetLower() + v.GetUpper();
        return (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> v)
    {
        var four = Sse.Max(v.GetLower(), v.GetUpper());
        return Larger(Larger(four.GetElement(0), four.GetElement(2)), Larger(four.GetElement(1), four.GetElement(3)));
    }

    /// <summary>What <c>maxps</c> does, NaN included, unlike <see cref="MathF.Max"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Larger(float a, float b) => a > b ? a : b;
}
