using Aha.Runs;
using Aha.Verification.Format;
using Aha.Verification.Language;

namespace Aha.Evaluation.RejectionSampling;

/// <summary>A named rule that keeps some answers, in their order.</summary>
public sealed record AnswerFilter(string Name, Func<IReadOnlyList<SampledAnswer>, IEnumerable<SampledAnswer>> Keep);

/// <summary>
/// The rules of rejection sampling (DeepSeek-R1, section 2.3.3): keep what is verified; drop what is not readable. Each is a pure function; a
/// recipe composes them.
/// </summary>
public static class AnswerFilters
{
    /// <summary>Falls: what no verifier could judge.</summary>
    public static AnswerFilter Scorable { get; } = Each("unscorable", a => a.Verdict != "unscorable");

    /// <summary>Falls: what the verifier found wrong.</summary>
    public static AnswerFilter Correct { get; } = Each("wrong", a => a.Verdict != "wrong");

    /// <summary>Falls: what ran into the token limit.</summary>
    public static AnswerFilter Complete { get; } = Each("cut short", a => a.FinishReason != "length");

    /// <summary>Falls: what has a fenced block of code.</summary>
    public static AnswerFilter NoCode { get; } = Each("code blocks", a => !a.Text.Contains("```", StringComparison.Ordinal));

    /// <summary>Falls: a second answer to a problem that says the same, white space aside.</summary>
    public static AnswerFilter Distinct { get; } = new("repeated", answers => answers.DistinctBy(a => (a.Problem, string.Join(' ', a.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))));

    /// <summary>The formats an answer can be asked to have.</summary>
    public static IReadOnlyDictionary<string, Func<string, bool>> Formats { get; } = new Dictionary<string, Func<string, bool>>
    {
        ["think_answer"] = text => ThinkAnswerFormat.Matches(text),
        ["think"] = text => ThinkFormat.Matches(text),
        ["cold_start"] = text => ColdStartFormat.Matches(text),
    };

    /// <summary>Falls: what does not have the format of that name.</summary>
    /// <exception cref="KeyNotFoundException">No format has that name; see <see cref="Formats"/>.</exception>
    public static AnswerFilter InFormat(string name)
    {
        Func<string, bool> matches = Formats[name];
        return Each("out of form", a => matches(a.Text));
    }

    /// <summary>Falls: what has fewer or more tokens; a bound of 0 is none.</summary>
    public static AnswerFilter Length(int min, int max) => Each("too short or long", a => a.Tokens >= min && (max == 0 || a.Tokens <= max));

    /// <summary>Falls: what has a smaller share of words of the wanted language.</summary>
    /// <param name="wanted">From the question to a measure of its language; null where any language will do.</param>
    public static AnswerFilter OneLanguage(Func<string, LanguageConsistency?> wanted, double minShare) =>
        Each("mixed languages", a => wanted(a.Question) is not { } language || language.Measure(a.Text).Share >= minShare);

    /// <summary>Falls: what has a paragraph of more characters. Paragraphs are separated by blank lines.</summary>
    public static AnswerFilter Paragraphs(int maxCharacters) =>
        Each("long paragraphs", a => a.Text.ReplaceLineEndings("\n").Split("\n\n").All(p => p.Trim().Length <= maxCharacters));

    /// <summary>Falls: what comes after so many kept answers to a problem.</summary>
    public static AnswerFilter AtMost(int perProblem) => new("more than wanted", answers =>
    {
        var counts = new Dictionary<string, int>();
        return answers.Where(a => (counts[a.Problem] = counts.GetValueOrDefault(a.Problem) + 1) <= perProblem);
    });

    /// <summary>Puts answers through filters, one after another, and counts what falls where.</summary>
    public static (IReadOnlyList<SampledAnswer> Kept, Funnel Funnel) Apply(IReadOnlyList<SampledAnswer> answers, IEnumerable<AnswerFilter> filters)
    {
        IReadOnlyList<SampledAnswer> left = answers;
        var steps = new List<FunnelStep>();
        foreach (AnswerFilter filter in filters)
        {
            IReadOnlyList<SampledAnswer> kept = [.. filter.Keep(left)];
            steps.Add(new FunnelStep(filter.Name, left.Count - kept.Count, kept.Count));
            left = kept;
        }

        return (left, new Funnel(answers.Count, steps));
    }

    private static AnswerFilter Each(string name, Func<SampledAnswer, bool> keeps) => new(name, answers => answers.Where(keeps));
}
