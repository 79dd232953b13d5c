namespace Aha.Models.Checkpoints;

/// <summary>Element types that are read and written; a safetensors file may name others.</summary>
public enum SafetensorsType
{
    F32,
    F16,
    BF16,

    /// <summary>One byte: sign, four bits of exponent, three of mantissa, no infinities (Micikevicius et al., arXiv 2209.05433).</summary>
    F8_E4M3,
}

/// <summary>Facts about element types.</summary>
public static class SafetensorsTypes
{
    /// <summary>Bytes of an element.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => 4,
        SafetensorsType.F8_E4M3 => 1,
        _ => 2,
    };

    /// <summary>The <c>dtype</c> of a <c>config.json</c>, where blocks of FP8 are a quantisation of bf16 weights.</summary>
    public static string ConfigName(this SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => "float32",
        SafetensorsType.F16 => "float16",
        _ => "bfloat16",
    };
}
