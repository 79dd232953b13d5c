namespace Aha.Verification;

/// <summary>What kind of request a problem is: it decides which rewards judge the answer.</summary>
public enum ProblemKind
{
    /// <summary>Has one right answer, which a rule recognises.</summary>
    Reasoning,

    /// <summary>A greeting, a question about itself, a request that must be refused: answers are better or worse.</summary>
    General,
}
