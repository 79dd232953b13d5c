using Aha.Verification;
using Aha.Verification.Answers;

namespace Aha.Tasks.Files;

/// <summary>A row of a user's own file.</summary>
public sealed class FileProblem(string id, string prompt, string? gold, AnswerVerifier verifier) : Problem
{
    public override string Id { get; } = id;

    public override string Question { get; } = prompt;

    public override string? Gold { get; } = gold;

    public override Judgement Judge(string completion) => verifier.Judge(completion);

    public override string? VoteOf(string completion) => verifier.VoteOf(completion);

    public override bool IsSameVote(string first, string second) => verifier.IsSameVote(first, second);
}
