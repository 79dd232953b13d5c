namespace Aha.Verification.Format;

/// <summary>The two parts of a well-formed completion, trimmed.</summary>
public readonly record struct ThinkAnswer(string Thought, string Answer);

/// <summary>
/// The format of R1-Zero's template (paper, Table 1): a completion, which begins right after <c>Assistant:</c>, is
/// <c>&lt;think&gt; ... &lt;/think&gt; &lt;answer&gt; ... &lt;/answer&gt;</c> - each tag exactly once, in this order, and nothing but
/// white space outside them. White space around a tag does not matter, so word-level models pass as well.
/// </summary>
public static class ThinkAnswerFormat
{
    /// <summary>The template's tags, in the order in which they stand.</summary>
    public static IReadOnlyList<string> Tags { get; } = ["<think>", "</think>", "<answer>", "</answer>"];

    /// <summary>Whether the completion keeps the format.</summary>
    /// <param name="completion">The completion, without the prompt.</param>
    /// <param name="thinkOpenedByPrompt">The prompt already ended with <c>&lt;think&gt;</c>: the completion must not repeat it.</param>
    public static bool Matches(ReadOnlySpan<char> completion, bool thinkOpenedByPrompt = false) =>
        TryFind(completion, thinkOpenedByPrompt, out _, out _);

    /// <summary>As <see cref="Matches"/>, with the two parts.</summary>
    public static bool TryParse(string completion, out ThinkAnswer parts, bool thinkOpenedByPrompt = false)
    {
        bool found = TryFind(completion, thinkOpenedByPrompt, out Range thought, out Range answer);
        parts = found ? new(completion[thought].Trim(), completion[answer].Trim()) : default;
        return found;
    }

    private static bool TryFind(ReadOnlySpan<char> text, bool thinkOpened, out Range thought, out Range answer)
    {
        thought = answer = default;
        Span<int> at = stackalloc int[Tags.Count];
        for (int i = 0; i < Tags.Count; i++)
        {
            ReadOnlySpan<char> tag = Tags[i];
            at[i] = text.IndexOf(tag);
            if (thinkOpened && i == 0)
            {
                if (at[0] >= 0) return false;
                at[0] = -tag.Length;
                continue;
            }
            if (at[i] < 0 || text[(at[i] + tag.Length)..].IndexOf(tag) >= 0) return false;
        }
        int thoughtStart = at[0] + Tags[0].Length, answerStart = at[2] + Tags[2].Length;
        if (thoughtStart > at[1] || at[1] > at[2] || answerStart > at[3]) return false;
        if (!text[..Math.Max(at[0], 0)].IsWhiteSpace()) return false;
        if (!text[(at[1] + Tags[1].Length)..at[2]].IsWhiteSpace()) return false;
        if (!text[(at[3] + Tags[3].Length)..].IsWhiteSpace()) return false;
        thought = thoughtStart..at[1];
        answer = answerStart..at[3];
        return true;
    }
}
