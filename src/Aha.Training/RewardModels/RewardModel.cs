using System.Text.Json;
using System.Text.Json.Serialization;
using Aha.Models;
using Aha.Tasks;
using Aha.Tensors;
using Aha.Tokenization;
using Aha.Verification.Format;
using static TorchSharp.torch;

namespace Aha.Training.RewardModels;

/// <summary>
/// A trained reward model: a standard <c>...ForSequenceClassification</c> folder with its tokenizer, and <c>reward_model.json</c>, which says how
/// prompts are rendered and what the model looks at. Not for use by several threads at once.
/// </summary>
public sealed class RewardModel : IDisposable
{
    private const string NoteFile = "reward_model.json";
    private const int MaxTokens = 8192;
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) }, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private readonly CausalLanguageModel _model;
    private readonly RewardText _text;
    private readonly ComputePrecision _precision;

    private RewardModel(CausalLanguageModel model, RewardText text, ComputePrecision precision) => (_model, _text, _precision) = (model, text, precision);

    /// <summary>What the model was trained to look at.</summary>
    public ResponsePart Part => _text.Part;

    /// <summary>Writes a model with a score head as a reward model.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static void Save(string folder, CausalLanguageModel model, RewardText text, RewardObjective objective)
    {
        model.Save(folder);
        text.Tokenizer.Save(folder);
        File.WriteAllText(Path.Combine(folder, NoteFile), JsonSerializer.Serialize(new Note(objective, text.Part, text.Template.Text), s_json));
    }

    /// <param name="part">What to look at; null for what the model was trained on.</param>
    /// <exception cref="ModelFormatException">The folder holds no reward model, or one that cannot be read.</exception>
    /// <exception cref="TokenizationException">Its tokenizer cannot be read.</exception>
    public static RewardModel Load(string folder, Func<string, ITokenizer> loadTokenizer, ComputePrecision precision, ResponsePart? part = null)
    {
        Note note = ReadNote(folder);
        CausalLanguageModel model = CausalLanguageModel.Load(folder);
        if (!model.Config.ScoreHead)
        {
            model.Dispose();
            throw new ModelFormatException(Path.Combine(folder, ModelConfigFile.ConfigName), "architectures", "names no ...ForSequenceClassification: this is no reward model");
        }

        return new RewardModel(model, new RewardText(loadTokenizer(folder), new PromptTemplate(note.Template), part ?? note.On), precision);
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

    private static Note ReadNote(string folder)
    {
        string path = Path.Combine(folder, NoteFile);
        try
        {
            return JsonSerializer.Deserialize<Note>(File.ReadAllText(path), s_json) is { Template: not null } note ? note : throw new ModelFormatException(path, "template", "missing");
        }
        catch (JsonException e)
        {
            throw new ModelFormatException(path, e.Path ?? "", "not a reward model's note", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(path, "", $"cannot be read: {e.Message}; a reward model's folder holds one", e);
        }
    }

    private sealed record Note(RewardObjective Objective, ResponsePart On, string Template);
}
