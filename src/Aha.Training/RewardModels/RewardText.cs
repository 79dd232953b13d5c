using Aha.Evaluation;
using Aha.Tasks;
using Aha.Tokenization;
using Aha.Verification.Format;

namespace Aha.Training.RewardModels;

/// <summary>Turns a prompt and a response into what a reward model reads, in training and scoring alike: prompt, the part it looks at, end token.</summary>
public sealed class RewardText(ITokenizer tokenizer, IPromptRenderer renderer, ResponsePart part)
{
    /// <summary>What the model looks at.</summary>
    public ResponsePart Part => part;

    /// <exception cref="TokenizationException">The tokenizer cannot express the text.</exception>
    public int[] Encode(string prompt, string response) => [.. tokenizer.EncodePrompt(renderer, prompt), .. tokenizer.Encode(ResponseParts.Of(response, part)), tokenizer.EndIds[0]];
}
