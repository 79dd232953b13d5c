using System.Text.Json;
using Aha.Verification.Grading;
using Aha.Verification.Maths;
using Aha.Verification.Maths.Extraction;

namespace Aha.Verification.Answers;

/// <summary>Answers compared as mathematics.</summary>
internal static class MathRule
{
    internal static AnswerVerifier Create(JsonElement row)
    {
        GoldAnswer[] golds = [.. AnswerVerifiers.Golds(row).Select(gold => new GoldAnswer(gold))];
        MathOptions options = MathGrader.Options(row);
        return new(completion => AnswerVerifiers.Any(golds.Select(gold => MathVerifier.Judge(gold, new PredictedAnswer(completion), options))))
        {
            VoteOf = completion => MathExtraction.LastAnswer(completion, options.Sources),
            IsSameVote = (a, b) => MathVerifier.AreEquivalent(a, b, options),
        };
    }
}
