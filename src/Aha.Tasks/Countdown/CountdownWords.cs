namespace Aha.Tasks.Countdown;

/// <summary>
/// The words in which one language tells of the countdown world, a token each. Roles are the same in every language, so a chain can be
/// rewritten from one into another word by word.
/// </summary>
public sealed record CountdownWords
{
    private static readonly CountdownWords[] s_all =
    [
        new()
        {
            Code = "en", Task = "task", Work = "work", Answer = "answer", Fact = "fact", Check = "check",
            Yes = "yes", No = "no", Low = "low", High = "high", Wait = "wait", Hmm = "hmm", GiveUp = "give up",
            Ask = (numbers, target) => $"make {target} from {numbers} .", Asking = ["make", "from"],
        },
        new()
        {
            Code = "zh", Task = "任务", Work = "过程", Answer = "答案", Fact = "事实", Check = "检查",
            Yes = "对", No = "不", Low = "低", High = "高", Wait = "等等", Hmm = "嗯", GiveUp = "放弃",
            Ask = (numbers, target) => $"用 {numbers} 得到 {target} .", Asking = ["用", "得到"],
        },
    ];

    public static CountdownWords English => s_all[0];

    public static IReadOnlyList<CountdownWords> All => s_all;

    /// <summary>ISO 639-1.</summary>
    public required string Code { get; init; }

    public required string Task { get; init; }

    public required string Work { get; init; }

    public required string Answer { get; init; }

    public required string Fact { get; init; }

    public required string Check { get; init; }

    /// <summary>The verdict on a result that is the target.</summary>
    public required string Yes { get; init; }

    public required string No { get; init; }

    /// <summary>The verdict on a result below the target.</summary>
    public required string Low { get; init; }

    /// <summary>The verdict on a result above the target.</summary>
    public required string High { get; init; }

    public required string Wait { get; init; }

    public required string Hmm { get; init; }

    /// <summary>May be two tokens.</summary>
    public required string GiveUp { get; init; }

    /// <summary>The question, from the numbers (separated by blanks) and the target.</summary>
    public required Func<string, int, string> Ask { get; init; }

    /// <summary>The words that <see cref="Ask"/> adds.</summary>
    public required IReadOnlyList<string> Asking { get; init; }

    /// <summary>Every word, a token each, in a fixed order.</summary>
    public IReadOnlyList<string> Tokens => [.. Asking, .. Roles.SelectMany(role => role.Split(' '))];

    private string[] Roles => [Task, Work, Answer, Fact, Check, Yes, No, Low, High, Wait, Hmm, GiveUp];

    /// <exception cref="TaskException">The world is not told in that language.</exception>
    public static CountdownWords Of(string code) => Array.Find(s_all, words => words.Code == code)
        ?? throw new TaskException($"the countdown world is not told in '{code}'; it is in {string.Join(", ", s_all.Select(words => words.Code))}");

    /// <summary>A chain of thought with every word of another language replaced by this one's; all else stays.</summary>
    public string Rewrite(string chain)
    {
        foreach (CountdownWords other in s_all)
        {
            if (other.Code == Code)
            {
                continue;
            }

            // Blanks on both sides: a word is a whole token.
            string text = $" {chain} ";
            foreach ((string from, string to) in other.Roles.Zip(Roles))
            {
                text = text.Replace($" {from} ", $" {to} ", StringComparison.Ordinal);
            }

            chain = text[1..^1];
        }

        return chain;
    }

    /// <summary>The verdict on a result.</summary>
    public string Verdict(int result, int target) => result == target ? Yes : result < target ? Low : High;
}
