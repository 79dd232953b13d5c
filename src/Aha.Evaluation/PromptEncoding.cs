using Aha.Tasks;
using Aha.Tokenization;

namespace Aha.Evaluation;

/// <summary>From a question to the ids of its prompt.</summary>
public static class PromptEncoding
{
    /// <exception cref="TokenizationException">The tokenizer cannot express the prompt.</exception>
    public static int[] EncodePrompt(this ITokenizer tokenizer, IPromptRenderer renderer, string question)
    {
        int[] text = tokenizer.Encode(renderer.Render(question), parseSpecial: renderer.WritesSpecialTokens);
        return tokenizer.BeginId is { } begin && !renderer.WritesSpecialTokens ? [begin, .. text] : text;
    }
}
