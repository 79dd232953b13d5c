using Aha.Verification;

namespace Aha.Tasks.General;

/// <summary>A user's own general prompt. No rule knows a good reply: reward models and judges alone judge it, and its gold check stays empty.</summary>
public sealed class OpenPrompt(string id, string prompt) : Problem
{
    public override string Id => id;

    public override string Question => prompt;

    public override ProblemKind Kind => ProblemKind.General;

    public override Judgement Judge(string completion) => Judgement.Unscorable("no rule knows a good reply to a general prompt of one's own");

    public override string? VoteOf(string completion) => null;
}
