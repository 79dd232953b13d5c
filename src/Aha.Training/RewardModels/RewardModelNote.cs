using System.Text.Json;
using System.Text.Json.Serialization;
using Aha.Models;
using Aha.Verification.Format;

namespace Aha.Training.RewardModels;

/// <summary>What a reward model's folder says beside the standard files: <c>reward_model.json</c>.</summary>
/// <param name="On">What the model looks at.</param>
/// <param name="Template">How prompts are rendered, as a recipe names it.</param>
/// <param name="SystemPrompt">The system message of template <c>chat</c>; null for none.</param>
public sealed record RewardModelNote(RewardObjective Objective, ResponsePart On, string Template, string? SystemPrompt)
{
    private const string FileName = "reward_model.json";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) }, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, s_json));

    /// <exception cref="ModelFormatException">The folder holds no such note, or a broken one.</exception>
    public static RewardModelNote Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize<RewardModelNote>(File.ReadAllText(path), s_json) is { Template: not null } note ? note : throw new ModelFormatException(path, "template", "missing");
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
}
