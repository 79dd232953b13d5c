using Aha.Verification;
using Aha.Verification.Language;
using Aha.Verification.Text;

namespace Aha.Tasks;

/// <summary>Which side of a task's hash split a problem is on; the sides are disjoint.</summary>
public enum Split
{
    Corpus,
    Train,
    Test,
}

/// <summary>A verifiable problem: what the model is asked, and the rule that judges a completion.</summary>
public abstract class Problem
{
    /// <summary>Stable over runs; equal ids are the same problem.</summary>
    public abstract string Id { get; }

    /// <summary>What fills <c>{prompt}</c> in the template.</summary>
    public abstract string Question { get; }

    /// <summary>Decides which rewards judge a completion.</summary>
    public virtual ProblemKind Kind => ProblemKind.Reasoning;

    /// <summary>The right answer, for a judge that compares; null where there is none to show.</summary>
    public virtual string? Gold => null;

    /// <summary>The language of the question, ISO 639-1, and so the one an answer is wanted in; English where it cannot be told.</summary>
    public virtual string Language => LanguageIdentifier.Detect(Question) ?? "en";

    /// <summary>Judges the whole completion (chain of thought and answer). Never throws; bounded in time.</summary>
    public abstract Judgement Judge(string completion);

    /// <summary>
    /// What a completion votes for in cons@k. Null where it gives no answer and so no vote. By default the answer's text, without a final full stop.
    /// </summary>
    public virtual string? VoteOf(string completion)
    {
        ReadOnlySpan<char> answer = AnswerSpan.Of(completion).Trim().TrimEnd('.').Trim();
        return answer.IsEmpty ? null : answer.ToString();
    }

    /// <summary>Whether two votes are for one answer: by meaning where the problem knows it, else by spelling.</summary>
    public virtual bool IsSameVote(string first, string second) => string.Equals(first, second, StringComparison.Ordinal);
}

/// <summary>A source of problems: a plug-in of the recipe.</summary>
public interface ITask
{
    string Name { get; }

    /// <summary>All problems of a split, in a fixed order.</summary>
    IReadOnlyList<Problem> Problems(Split split);
}
