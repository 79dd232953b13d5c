using Aha.Verification.Maths.Comparison;
using Aha.Verification.Maths.Extraction;

namespace Aha.Verification.Maths;

/// <summary>
/// Judges mathematical answers by equivalence. Never throws and never hangs: all work is counted and bounded. An answer that is missing or cannot be read is wrong;
/// only a gold that cannot be read makes a sample unscorable, so no answer can take itself out of the count.
/// </summary>
public static class MathVerifier
{
    /// <summary>Judges one answer (extracted, or a whole response) against the gold.</summary>
    public static Judgement Judge(GoldAnswer gold, PredictedAnswer answer, MathOptions? options = null)
    {
        options ??= MathOptions.Default;
        if (string.IsNullOrWhiteSpace(gold.Text)) { return Judgement.Unscorable("the gold is empty"); }
        if (string.IsNullOrWhiteSpace(answer.Text)) { return Judgement.Wrong(null, "no answer"); }
        if ((options.Sources & AnswerSources.Letter) != 0) { return JudgeLetter(gold, answer); }
        if (LiteralNumber.TryCompare(gold.Text, answer.Text) is { } equal)
        {
            return equal ? Judgement.Correct(answer.Text) : Judgement.Wrong(answer.Text, "another number");
        }
        var read = gold.Read();
        if (Refuse(read) is { } refusal) { return Judgement.Unscorable(refusal); }
        var found = MathExtraction.Find(answer.Text, options.Sources);
        if (read.IsWords) { return JudgeWords(read, answer.Text, found?.Text); }
        if (found is null) { return Judgement.Wrong(null, "no answer found"); }
        // "yes", "No", "AB": letters that could be variables are the same words in any case.
        if (AnswerReader.IsLetters(read.Text) && AnswerText.SameWords(read.Text, found.Text)) { return Judgement.Correct(found.Text); }
        // "(B) 42" names the option B, on either side.
        if (AnswerText.ChoiceLetter(read.Text) is { } right && AnswerText.OptionLetter(found.Text) == right) { return Judgement.Correct(found.Text); }
        if (AnswerText.OptionLetter(read.Text) is { } option && AnswerText.ChoiceLetter(found.Text) == option) { return Judgement.Correct(found.Text); }
        var theirs = found.Reading ?? AnswerReader.Read(found.Text, new Budget(Budget.DefaultSteps));
        return Compare(read, theirs, options, new Budget(Budget.DefaultSteps));
    }

    /// <summary>Whether two answers mean the same, for votes; symmetric.</summary>
    public static bool AreEquivalent(string first, string second, MathOptions? options = null)
    {
        options ??= MathOptions.Default;
        if (string.Equals(first, second, StringComparison.Ordinal)) { return true; }
        if (LiteralNumber.TryCompare(first, second) is { } equal) { return equal; }
        var (a, b) = (new GoldAnswer(first), new GoldAnswer(second));
        return Judge(a, new(second), options).Verdict == Verdict.Correct || Judge(b, new(first), options).Verdict == Verdict.Correct;
    }

    /// <summary>Why a gold cannot judge anything, or null.</summary>
    private static string? Refuse(ReadAnswer gold)
    {
        if (gold.IsWords) { return AnswerText.SpellsNumber(gold.Text) ? "the gold spells a number in words, which is not read" : null; }
        return gold.Expression is null && gold.Time is null ? $"the gold cannot be read: {gold.Error}" : null;
    }

    private static Judgement JudgeWords(ReadAnswer gold, string response, string? found)
    {
        if (found is not null && AnswerText.SameWords(gold.Text, found)) { return Judgement.Correct(found); }
        string final = MathExtraction.FinalPart(response);
        if (final.Length < 1000 && AnswerText.SameWords(gold.Text, final)) { return Judgement.Correct(final); }
        // "All real numbers" and "no solution" are sets in words.
        if (found is not null && AnswerText.SetInWords(gold.Text) is { } set)
        {
            var read = AnswerReader.Read(found, new Budget(Budget.DefaultSteps));
            if (read.Expression is { } expression && new ValueComparer(new Budget(Budget.DefaultSteps), MathOptions.Default).AreEquivalent(set, expression)) { return Judgement.Correct(found); }
        }
        return Judgement.Wrong(found, found is null ? "no answer found" : "other words");
    }

    private static Judgement JudgeLetter(GoldAnswer gold, PredictedAnswer answer)
    {
        if (ChoiceLetters.Find(gold.Text) is not { } right) { return Judgement.Unscorable("the gold names no choice"); }
        if (ChoiceLetters.Find(MathExtraction.FinalPart(answer.Text!)) is not { } chosen) { return Judgement.Wrong(null, "no choice found"); }
        return right == chosen ? Judgement.Correct(chosen) : Judgement.Wrong(chosen, "another choice");
    }

    private static Judgement Compare(ReadAnswer gold, ReadAnswer answer, MathOptions options, Budget budget)
    {
        if (gold.Time is not null && answer.Time is not null)
        {
            return SameTime(gold.Time, answer.Time) ? Judgement.Correct(answer.Text) : Judgement.Wrong(answer.Text, "another time");
        }
        if (gold.Expression is null) { return Judgement.Wrong(answer.Text, "not a time"); }
        if (answer.IsWords && AnswerText.SetInWords(answer.Text) is { } set) { answer = answer with { Expression = set }; }
        if (answer.Expression is null)
        {
            return answer.Text == gold.Text ? Judgement.Correct(answer.Text) : Judgement.Wrong(answer.Text, $"the answer cannot be read: {answer.Error}");
        }
        var comparer = new ValueComparer(budget, options);
        if (comparer.AreEquivalent(gold.Expression, answer.Expression)) { return Judgement.Correct(answer.Text); }
        if (!budget.Exhausted && comparer.HasValue(gold.Expression)) { return Judgement.Wrong(answer.Text, "not equivalent"); }
        // Whose fault was it? A gold that has no value within the budget by itself judges nothing.
        bool goldHasValue = new ValueComparer(new Budget(Budget.DefaultSteps), options).HasValue(gold.Expression);
        return goldHasValue ? Judgement.Wrong(answer.Text, "too large to compare") : Judgement.Unscorable("the gold has no value, or is too large to compute");
    }

    /// <summary>"3:00" answers "3:00 pm" only where both say which half of the day, or neither does.</summary>
    private static bool SameTime(string gold, string answer) => gold == answer || gold + " am" == answer || gold + " pm" == answer;
}
