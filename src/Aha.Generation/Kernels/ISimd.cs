namespace Aha.Generation.Kernels;

/// <summary>
/// Sixteen fp32 lanes, whatever the machine holds them in. The kernels are written once against this interface and the JIT
/// specialises them for each implementation. Every implementation rounds alike (one fused multiply-add per step, the same
/// reduction tree), so the kernel sets give the same bits and one can vouch for another.
/// </summary>
/// <typeparam name="TVector">What one vector of sixteen lanes is stored in.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Vectors side by side in one weight panel: as many as the register file has room to accumulate.</summary>
    static abstract int PanelVectors { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Max(TVector a, TVector b);

    /// <summary>Folds 16 lanes to 8, 4, 2, 1, each lane i taking lane i + half.</summary>
    static abstract float Sum(TVector value);

    static abstract float MaxAcross(TVector value);

    /// <summary>
    /// value * 2^n, where n is the integer in the low mantissa bits of <paramref name="shifted"/> (n + 1.5 * 2^23); the result must be a
    /// normal number.
    /// </summary>
    static abstract TVector ScaleByPowerOfTwo(TVector value, TVector shifted);

    /// <summary>Lanes of <paramref name="value"/> where x is above the limit, zero elsewhere.</summary>
    static abstract TVector WhereAbove(TVector x, TVector limit, TVector value);

    /// <summary>The first <paramref name="count"/> lanes, the others replaced.</summary>
    static abstract TVector KeepFirst(TVector value, int count, float replacement);

    /// <summary>Sixteen bf16 numbers: the upper halves of fp32's bits.</summary>
    static abstract TVector LoadUpperHalves(ushort* source);

    /// <summary>Sixteen signed bytes as numbers.</summary>
    static abstract TVector LoadBytes(sbyte* source);

    /// <summary>The lowest four bits of every lane as a number, 0 to 15.</summary>
    static abstract TVector Nibble(TVector words);

    /// <summary>Every lane's bits moved down by four.</summary>
    static abstract TVector NextNibble(TVector words);

    /// <summary>The fp16 number in every lane's lower half; infinities and NaN are not told apart from large numbers.</summary>
    static abstract TVector LowHalf(TVector words);

    /// <summary>The fp16 number in every lane's upper half, as <see cref="LowHalf"/>.</summary>
    static abstract TVector HighHalf(TVector words);
}

internal static class Lanes
{
    public const int Count = 16;

    /// <summary>2^112: with fp16's exponent and mantissa moved to their place in fp32, the number is this much too small, subnormals too.</summary>
    public const float HalfScale = 5.192296858534828e33f;

    public static int RoundUp(int n) => (n + Count - 1) / Count * Count;
}
