using System.Text.Json.Serialization;

namespace Aha.Evaluation.RejectionSampling;

/// <summary>A sampled answer with what its filters need to know; a line of <c>sampled.jsonl</c>.</summary>
/// <param name="Question">The problem's question, without a template.</param>
/// <param name="Text">The whole completion: chain of thought and answer.</param>
/// <param name="Verdict"><c>correct</c>, <c>wrong</c> or <c>unscorable</c>.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c>.</param>
public sealed record SampledAnswer(
    [property: JsonPropertyName("problem")] string Problem,
    [property: JsonPropertyName("sample")] int Sample,
    [property: JsonPropertyName("prompt")] string Question,
    [property: JsonPropertyName("completion")] string Text,
    [property: JsonPropertyName("verdict")] string Verdict,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("tokens")] int Tokens,
    [property: JsonPropertyName("finish_reason")] string FinishReason)
{
    public static SampledAnswer Of(JudgedCompletion completion) => new(
        completion.Problem.Id, completion.Completion.Sample, completion.Problem.Question, completion.Text,
        completion.Judgement.Verdict.ToString().ToLowerInvariant(), completion.Judgement.Reason, completion.Tokens,
        completion.Completion.Finish.ToString().ToLowerInvariant());
}
