using Aha.Tasks;
using Aha.Tokenization;
using Aha.Verification.Format;

namespace Aha.Training.RewardModels;

/// <summary>Turns a prompt and a response into what a reward model reads, in training and scoring alike: prompt, the part it looks at, end token.</summary>
public sealed class RewardText(ITokenizer tokenizer, PromptTemplate template, ResponsePart part)
{
    public ITokenizer Tokenizer => tokenizer;

    public PromptTemplate Template => template;

    public ResponsePart Part => part;

    /// <exception cref="TokenizationException">The tokenizer cannot express the text.</exception>
    public int[] Encode(string prompt, string response)
    {
        int[] text = [.. tokenizer.Encode(template.Render(prompt)), .. tokenizer.Encode(ResponseParts.Of(response, part)), tokenizer.EndIds[0]];
        return tokenizer.BeginId is { } begin ? [begin, .. text] : text;
    }
}
