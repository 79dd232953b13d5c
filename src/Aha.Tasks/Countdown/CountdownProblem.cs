using Aha.Verification;
using Aha.Verification.Countdown;

namespace Aha.Tasks.Countdown;

/// <summary>Reach <see cref="Target"/> from <see cref="Numbers"/>, each used exactly once.</summary>
public sealed class CountdownProblem : Problem
{
    private readonly int[] _numbers;

    private CountdownProblem(string id, int[] numbers, int target, CountdownWords words, string question)
    {
        Id = id;
        _numbers = numbers;
        Target = target;
        Words = words;
        Question = question;
    }

    public override string Id { get; }

    public override string Question { get; }

    /// <summary>The given numbers, in the order the question names them.</summary>
    public IReadOnlyList<int> Numbers => _numbers;

    public int Target { get; }

    /// <summary>The words of the language it is asked in.</summary>
    public CountdownWords Words { get; }

    public override string Language => Words.Code;

    /// <summary>
    /// A problem whose question names the numbers in an order drawn from a hash, the same in every run, as is its language where there are
    /// several.
    /// </summary>
    public static CountdownProblem Create(IReadOnlyList<int> numbers, int target, CountdownWording wording, IReadOnlyList<string>? languages = null)
    {
        int[] sorted = [.. numbers.Order()];
        string id = $"countdown/{string.Join('-', sorted)}/{target}";
        int[] shown = [.. sorted];
        new Random((int)(Seeds.Hash(id) & 0x7fffffff)).Shuffle(shown);
        CountdownWords words = languages is null ? CountdownWords.English : CountdownWords.Of(languages[(int)(Seeds.Hash("language " + id) % (ulong)languages.Count)]);
        return new CountdownProblem(id, shown, target, words, Word(shown, target, wording, words));
    }

    /// <summary>The same problem with its numbers named in another order and, perhaps, in another language; only nano wording.</summary>
    internal CountdownProblem Shown(int[] numbers, CountdownWords words) => new(Id, numbers, Target, words, Word(numbers, Target, CountdownWording.Nano, words));

    public override Judgement Judge(string completion) => CountdownVerifier.Default.Judge(_numbers, Target, completion);

    /// <summary>Different expressions with one value are one answer; one that breaks the rules votes for itself alone.</summary>
    public override string? VoteOf(string completion)
    {
        CountdownResult result = CountdownVerifier.Default.EvaluateCompletion(_numbers, Target, completion);
        return result.Judgement.Verdict == Verdict.Correct ? Target.ToString() : result.Value ?? result.Judgement.Answer;
    }

    private static string Word(IReadOnlyList<int> numbers, int target, CountdownWording wording, CountdownWords words) => wording switch
    {
        CountdownWording.Nano => words.Ask(string.Join(' ', numbers), target),
        _ => $"Using the numbers {string.Join(", ", numbers)}, make an expression that equals {target}. Use each number exactly once, with +, -, *, / and parentheses only, and give the expression alone as the answer.",
    };
}
