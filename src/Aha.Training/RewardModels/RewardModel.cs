using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Tasks;
using Aha.Tensors;
using Aha.Tokenization;
using Aha.Verification.Format;
using static TorchSharp.torch;

namespace Aha.Training.RewardModels;

/// <summary>
/// A trained reward model: a standard <c>...ForSequenceClassification</c> folder with its tokenizer, and a <see cref="RewardModelNote"/>. Not for
/// use by several threads at once.
/// </summary>
public sealed class RewardModel : IDisposable
{
    private const int MaxTokens = 8192;

    private readonly CausalLanguageModel _model;
    private readonly RewardText _text;
    private readonly ComputePrecision _precision;

    private RewardModel(CausalLanguageModel model, RewardText text, ComputePrecision precision) => (_model, _text, _precision) = (model, text, precision);

    /// <summary>What it looks at.</summary>
    public ResponsePart Part => _text.Part;

    /// <param name="part">What to look at; null for what the model was trained on.</param>
    /// <exception cref="ModelFormatException">The folder holds no reward model, or one that cannot be read.</exception>
    /// <exception cref="TokenizationException">Its tokenizer cannot be read.</exception>
    /// <exception cref="TaskException">Its prompts are rendered by a chat template that is not there.</exception>
    public static RewardModel Load(string folder, ComputePrecision precision, ResponsePart? part = null)
    {
        RewardModelNote note = RewardModelNote.Read(folder);
        var text = new RewardText(ModelTokenizer.Load(folder), PromptRenderers.Named(note.Template, note.SystemPrompt, ModelChatTemplate.TryLoad(folder)), part ?? note.On);
        CausalLanguageModel model = CausalLanguageModel.Load(folder);
        if (model.Config.ScoreHead)
        {
            return new RewardModel(model, text, precision);
        }

        model.Dispose();
        throw new ModelFormatException(Path.Combine(folder, ModelConfigFile.ConfigName), "architectures", "names no ...ForSequenceClassification: this is no reward model");
    }

    /// <summary>
    /// The probability that a response is good, or better than one of middling quality: sigmoid of the score, in the order given. Bounded, so that no
    /// single response outweighs a group. Null for a text that the tokenizer cannot express or that exceeds the model's positions.
    /// </summary>
    public IReadOnlyList<double?> Score(IReadOnlyList<(string Prompt, string Response)> texts)
    {
        using var noGrad = no_grad();
        var results = new double?[texts.Count];
        IEnumerable<(int Index, int[] Ids)> readable = texts.Select((text, i) => (i, Ids: Encode(text))).Where(text => text.Ids is not null).Select(text => (text.i, text.Ids!));
        foreach (List<(int Index, int[] Ids)> piece in RewardScores.Cut(readable, text => text.Ids.Length, _ => 1, MaxTokens))
        {
            using Tensor scores = RewardScores.Compute(_model, [.. piece.Select(text => text.Ids)], _precision);
            float[] values = scores.data<float>().ToArray();
            for (int i = 0; i < values.Length; i++)
            {
                results[piece[i].Index] = 1 / (1 + Math.Exp(-(double)values[i]));
            }
        }

        return results;
    }

    public void Dispose() => _model.Dispose();

    private int[]? Encode((string Prompt, string Response) text)
    {
        try
        {
            int[] ids = _text.Encode(text.Prompt, text.Response);
            return ids.Length <= _model.Config.MaxPositionEmbeddings ? ids : null;
        }
        catch (TokenizationException)
        {
            return null;
        }
    }
}
