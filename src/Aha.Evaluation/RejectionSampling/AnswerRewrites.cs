using System.Text;
using Aha.Tasks.Countdown;
using Aha.Verification.Format;
using Aha.Verification.Language;

namespace Aha.Evaluation.RejectionSampling;

/// <summary>Rules that make a verified answer more readable, for cold-start data (DeepSeek-R1, section 2.3.1). Each gives null for what it cannot rewrite.</summary>
public static class AnswerRewrites
{
    // The words of the nano world between a failed attempt and the next.
    private static readonly string[] s_turns = [.. CountdownWords.All.SelectMany(words => (string[])[words.No, words.Wait, words.Hmm]).Select(word => $" , {word} , ")];

    /// <summary>The names a recipe can give.</summary>
    public static IReadOnlyList<string> Names { get; } = ["drop_repeats", "one_language", "cold_start"];

    /// <summary>The rewriting of that name as a filter: what it cannot rewrite falls.</summary>
    /// <param name="token">The special token of the cold-start format.</param>
    /// <param name="summary">The summary's text; <c>{answer}</c> stands for the answer.</param>
    /// <exception cref="ArgumentException">No rewriting has that name.</exception>
    public static AnswerFilter Named(string name, string token, string summary)
    {
        Func<SampledAnswer, string?> rewrite = name switch
        {
            "drop_repeats" => answer => DropRepeats(answer.Text),
            "one_language" => answer => OneLanguage(answer.Question, answer.Text),
            "cold_start" => answer => ColdStart(answer.Text, token, summary),
            _ => throw new ArgumentException($"unknown rewrite '{name}'; known are {string.Join(", ", Names)}", nameof(name)),
        };
        return new AnswerFilter("not rewritable", answers => answers.Select(a => (Answer: a, Text: rewrite(a))).Where(x => x.Text is not null).Select(x => x.Answer with { Text = x.Text! }));
    }

    /// <summary>
    /// The paper's readable format: <c>|special_token|reasoning|special_token|summary</c>, from tagged reasoning and answer.
    /// </summary>
    public static string? ColdStart(string text, string token, string summary) => ThinkAnswerFormat.TryParse(text, out ThinkAnswer parts) && parts.Thought.Length > 0 && parts.Answer.Length > 0
        ? $"{token} {parts.Thought} {token} {summary.Replace("{answer}", parts.Answer, StringComparison.Ordinal)}"
        : null;

    /// <summary>Without attempts that were made before, word for word: a chain of the nano world that goes round in circles tries each thing once.</summary>
    public static string? DropRepeats(string text)
    {
        if (!ThinkAnswerFormat.TryParse(text, out ThinkAnswer parts))
        {
            return null;
        }

        var thought = new StringBuilder();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string rest = parts.Thought, turn = "";
        while (true)
        {
            (int at, string next) = NextTurn(rest);
            string attempt = rest[..at];
            if (seen.Add(attempt) || next.Length == 0)
            {
                thought.Append(thought.Length == 0 ? "" : turn).Append(attempt);
            }

            if (next.Length == 0)
            {
                return $"<think> {thought} </think> <answer> {parts.Answer} </answer>";
            }

            (turn, rest) = (next, rest[(at + next.Length)..]);
        }
    }

    /// <summary>In the question's language throughout: a mixed chain of the nano world is put into it word by word.</summary>
    public static string? OneLanguage(string question, string text) =>
        CountdownWords.All.FirstOrDefault(words => words.Code == LanguageIdentifier.Detect(question))?.Rewrite(text);

    private static (int At, string Turn) NextTurn(string text)
    {
        (int At, string Turn) first = (text.Length, "");
        foreach (string turn in s_turns)
        {
            int at = text.IndexOf(turn, StringComparison.Ordinal);
            if (at >= 0 && at < first.At)
            {
                first = (at, turn);
            }
        }

        return first;
    }
}
