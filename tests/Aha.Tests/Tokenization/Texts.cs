using System.Text;

namespace Aha.Tests.Tokenization;

/// <summary>Texts that are hard on tokenizers.</summary>
internal static class Texts
{
    private static readonly string[] s_pools =
    [
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " \t\n\r  \n", "'\"!?.,;:-_()[]{}<>|@#$%^&*+=~`/\\",
        "\u0085\u00a0\u2028\u3000\u1680\u200b\u180e\ufeff\u000b\u000c\u001c\u0000\u0001\u007f\u2029", "\u4e00\u9fa5\u9fa6\u3040\u3099\u309b\u30a0\u30fb\u30fc\u30ff\u3007\u3042\u30ab",
        "\u0301\u0308\u093c\u0903\u20dd", "\u00b2\u00bd\u2163\u0661\u0967\uff11\u2460", "\u20ac\u2211\u00ac\u00a9\u2603",
    ];

    private static readonly string[] s_contractions = ["'s", "'S", "'t", "'re", "'RE", "'Ve", "'ll", "'LL", "'d", "'m", "don't", "'r", "'l", "''s", " 's"];

    private static readonly Gen<string> s_scripts = Gen.OneOfConst(s_pools).SelectMany(pool => Gen.Int[0, pool.Length - 1].Select(i => pool[i]).Array[1, 4].Select(c => new string(c)));

    /// <summary>Any scalar value: no surrogate alone.</summary>
    public static Gen<Rune> Runes { get; } = Gen.Frequency(
        (6, Gen.Int[0, 0x7f]), (3, Gen.Int[0x80, 0xd7ff]), (1, Gen.Int[0xe000, 0xffff]), (2, Gen.Int[0x1d400, 0x1d7ff]), (2, Gen.Int[0x10000, 0x10ffff])).Select(v => new Rune(v));

    /// <summary>Texts of the basic plane, full of what the patterns tell apart.</summary>
    public static Gen<string> BasicPlane { get; } = Gen.Frequency((5, s_scripts), (1, Gen.OneOfConst(s_contractions)), (1, Gen.Int[0, 0xd7ff].Select(c => ((char)c).ToString()))).Array[0, 14].Select(string.Concat);

    /// <summary>Any well-formed text.</summary>
    public static Gen<string> WellFormed { get; } = Gen.Frequency((2, s_scripts), (1, Gen.OneOfConst(s_contractions)), (3, Runes.Select(r => r.ToString()))).Array[0, 20].Select(string.Concat);
}
