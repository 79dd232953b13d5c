namespace Aha.Models.Checkpoints.Gguf;

/// <summary>Ids of the tokens that begin, end and fill up a text.</summary>
/// <param name="Bos">Begin.</param>
/// <param name="Eos">The end token of the tokenizer, one of <paramref name="AllEos"/>.</param>
/// <param name="AllEos">Every id that ends a completion.</param>
/// <param name="Padding">Fills up.</param>
public sealed record GgufSpecialTokens(int? Bos, int? Eos, IReadOnlyList<int> AllEos, int? Padding)
{
    private const string BosKey = "tokenizer.ggml.bos_token_id";
    private const string EosKey = "tokenizer.ggml.eos_token_id";
    private const string EndOfTurnKey = "tokenizer.ggml.eot_token_id";
    private const string EndOfMessageKey = "tokenizer.ggml.eom_token_id";
    private const string PaddingKey = "tokenizer.ggml.padding_token_id";

    // llama.cpp has a key for each kind of end; this list, which other programs read, holds all.
    private const string AllEosKey = "tokenizer.ggml.eos_token_ids";

    /// <exception cref="ModelFormatException">An id is no integer.</exception>
    public static GgufSpecialTokens Read(GgufMetadata metadata)
    {
        int? eos = metadata.OptionalInt(EosKey);
        IEnumerable<int?> ends = [eos, metadata.OptionalInt(EndOfTurnKey), metadata.OptionalInt(EndOfMessageKey)];
        return new GgufSpecialTokens(
            metadata.OptionalInt(BosKey), eos, [.. (metadata.OptionalInts(AllEosKey) ?? []).Union(ends.OfType<int>())], metadata.OptionalInt(PaddingKey));
    }

    internal IEnumerable<KeyValuePair<string, object>> ToMetadata()
    {
        if (Bos is int bos) yield return new(BosKey, (uint)bos);
        if (Eos is int eos) yield return new(EosKey, (uint)eos);
        if (AllEos.Count > 1) yield return new(AllEosKey, AllEos.ToArray());
        if (Padding is int padding) yield return new(PaddingKey, (uint)padding);
    }
}
