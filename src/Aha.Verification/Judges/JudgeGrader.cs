using Aha.Verification.Format;
using Aha.Verification.Graders;
using Aha.Verification.Rewards;

namespace Aha.Verification.Judges;

/// <summary>A judge model as a grader: 1 where it calls the response correct, 0 where it calls it wrong.</summary>
/// <param name="on">What the judge sees; of R1 it is the summary alone.</param>
public sealed class JudgeGrader(string name, JudgeClient client, ResponsePart on) : IGrader
{
    public string Name => name;

    public async Task<RewardResult> GradeAsync(RewardInput input, CancellationToken cancel)
    {
        string answer = await client.AskAsync(JudgePrompts.Verdict(input.Question, input.Gold, ResponseParts.Of(input.Completion, on)), cancel).ConfigureAwait(false);
        string verdict = JudgeAnswer.Choice(answer, JudgePrompts.VerdictLabel, JudgePrompts.Verdicts) ?? throw new GraderException("the judge's answer ends in no verdict");
        return RewardResult.Of(verdict == JudgePrompts.Verdicts[0]);
    }
}
