namespace Aha.Verification.Judges;

/// <summary>A judge model behind an OpenAI-compatible endpoint.</summary>
public sealed record JudgeOptions
{
    /// <summary>What <c>/chat/completions</c> is appended to, for example <c>http://localhost:8000/v1</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary>The model's name at the endpoint.</summary>
    public required string Model { get; init; }

    /// <summary>The environment variable that holds the key; the endpoint is asked without one where it is not set.</summary>
    public string KeyVariable { get; init; } = "AHA_JUDGE_KEY";

    /// <summary>The longest answer in tokens: room for a thought before the verdict.</summary>
    public int MaxTokens { get; init; } = 1024;
}
