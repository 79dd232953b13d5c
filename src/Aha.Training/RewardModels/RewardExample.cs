using Aha.Tasks.Preferences;

namespace Aha.Training.RewardModels;

/// <summary>What a reward model learns from in one piece, as token ids: a good and a bad text, or one text and its label.</summary>
/// <param name="Texts">The chosen and the rejected text; or a single one.</param>
/// <param name="IsGood">The label of a single text; true for a pair.</param>
/// <param name="ResponseTokens">Lengths without the prompt, one a text.</param>
public sealed record RewardExample(IReadOnlyList<int[]> Texts, bool IsGood, IReadOnlyList<int> ResponseTokens)
{
    public int Longest => Texts.Max(text => text.Length);

    /// <exception cref="Tokenization.TokenizationException">The tokenizer cannot express a text.</exception>
    public static RewardExample Of(PreferencePair pair, RewardText text) => Of(text, pair.Prompt, true, pair.Chosen, pair.Rejected);

    /// <exception cref="Tokenization.TokenizationException">The tokenizer cannot express a text.</exception>
    public static RewardExample Of(LabelledResponse response, RewardText text) => Of(text, response.Prompt, response.IsGood, response.Response);

    private static RewardExample Of(RewardText text, string prompt, bool isGood, params ReadOnlySpan<string> responses)
    {
        int bare = text.Encode(prompt, "").Length;
        var texts = new int[responses.Length][];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = text.Encode(prompt, responses[i]);
        }

        return new RewardExample(texts, isGood, [.. texts.Select(ids => ids.Length - bare)]);
    }
}
