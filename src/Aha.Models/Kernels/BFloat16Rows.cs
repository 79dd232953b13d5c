using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Aha.Models.Kernels;

/// <summary>Rows of fp32 to bf16 and back, sixteen numbers at a time where the processor can.</summary>
internal static unsafe class BFloat16Rows
{
    private const int Wide = 16;

    /// <summary>One number, rounded to nearest, ties to even.</summary>
    public static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Rounds to nearest, ties to even.</summary>
    public static void Narrow(float* from, byte* to, int count)
    {
        nint i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + Wide <= count; i += Wide)
            {
                Vector512<uint> bits = Vector512.Load((uint*)from + i);
                Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
                Avx512F.ConvertToVector256UInt16(rounded).Store((ushort*)to + i);
            }
        }

        for (; i < count; i += Lanes.Count) Lanes.Store<BFloat16Element>(Lanes.Load<Float32Element>((byte*)from, i, count), to, i, count);
    }

    /// <summary>to = from, plus <paramref name="init"/> unless that is null; init may be to.</summary>
    public static void Widen(byte* from, float* init, float* to, int count)
    {
        nint i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + Wide <= count; i += Wide)
            {
                Vector512<float> value = (Avx512F.ConvertToVector512UInt32(Vector256.Load((ushort*)from + i)) << 16).AsSingle();
                if (init is not null) value += Vector512.Load(init + i);
                value.Store(to + i);
            }
        }

        for (; i < count; i += Lanes.Count)
        {
            Vector256<float> value = Lanes.Load<BFloat16Element>(from, i, count);
            if (init is not null) value += Lanes.Load<Float32Element>((byte*)init, i, count);
            Lanes.Store<Float32Element>(value, (byte*)to, i, count);
        }
    }
}
