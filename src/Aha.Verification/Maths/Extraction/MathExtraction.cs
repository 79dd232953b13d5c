using System.Buffers;
using Aha.Verification.Maths.Expressions;

namespace Aha.Verification.Maths.Extraction;

/// <summary>Finds the final answer in a model's response.</summary>
public static class MathExtraction
{
    private const int LongestWholeAnswer = 400;
    private const int LongestPhrase = 60;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789,.-+ ");

    private static readonly string[] EndMarks = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<｜end▁of▁sentence｜>", "</s>"];

    /// <summary>
    /// The answer a response ends with: its last \boxed{...} (boxes joined by "and" or commas count as one), else what follows its last "the answer is" or "####", else the
    /// whole response if it is nothing but an answer, else its last formula. Nothing inside &lt;think&gt; counts. Null when there is none.
    /// </summary>
    public static string? LastAnswer(string? response) => LastAnswer(response, MathOptions.Default.Sources);

    /// <summary>The same with a choice of where to look; sources are tried in the order of the flags.</summary>
    public static string? LastAnswer(string? response, AnswerSources sources) => Find(response, sources)?.Text;

    /// <summary>The answer together with its reading, where finding it took one.</summary>
    internal static FoundAnswer? Find(string? response, AnswerSources sources)
    {
        if (string.IsNullOrWhiteSpace(response)) { return null; }
        string region = FinalPart(response);
        if ((sources & AnswerSources.Letter) != 0 && ChoiceLetters.Find(region) is { } letter) { return new(letter); }
        if ((sources & AnswerSources.Boxed) != 0 && Boxes.Last(region) is { } boxed) { return new(boxed); }
        if ((sources & AnswerSources.Announced) != 0 && Announcements.Last(region) is { Length: > 0 } sentence) { return FromSentence(sentence); }
        if ((sources & AnswerSources.Whole) != 0 && AsWhole(region) is { } whole) { return whole; }
        int end = -1;
        FoundAnswer? best = (sources & AnswerSources.Formula) != 0 ? LastFormula(region, out end) : null;
        if ((sources & AnswerSources.Prose) != 0 && Formulas.LastNumber(region) is { } number && number.End > end) { best = new(number.Text); }
        return best;
    }

    private static FoundAnswer? LastFormula(string text, out int end)
    {
        foreach (var candidate in Formulas.FromLast(text))
        {
            if (AsMathematics(candidate.Text) is not { } found) { continue; }
            end = candidate.End;
            return found;
        }
        end = -1;
        return null;
    }

    /// <summary>What comes after the thinking, inside the last answer tags if there are any, up to the first end-of-turn token.</summary>
    public static string FinalPart(string response)
    {
        if (!response.Contains('<', StringComparison.Ordinal)) { return response; }
        int closed = response.LastIndexOf("</think>", StringComparison.OrdinalIgnoreCase);
        if (closed >= 0) { response = response[(closed + "</think>".Length)..]; }
        // Thinking that never ends hides everything after it.
        int open = response.IndexOf("<think>", StringComparison.OrdinalIgnoreCase);
        if (open >= 0) { response = response[..open]; }
        foreach (string mark in EndMarks)
        {
            int at = response.IndexOf(mark, StringComparison.Ordinal);
            if (at >= 0) { response = response[..at]; }
        }
        int answer = response.LastIndexOf("<answer>", StringComparison.OrdinalIgnoreCase);
        if (answer >= 0)
        {
            int start = answer + "<answer>".Length;
            int end = response.IndexOf("</answer>", start, StringComparison.OrdinalIgnoreCase);
            response = end < 0 ? response[start..] : response[start..end];
        }
        return response;
    }

    /// <summary>The answer within the sentence that announces it: all of it where that reads as mathematics, else what its verb leads to.</summary>
    private static FoundAnswer FromSentence(string sentence)
    {
        if (sentence.Length <= LongestWholeAnswer && AsMathematics(sentence) is { } all) { return all; }
        int verb = Math.Max(sentence.LastIndexOf(" is ", StringComparison.Ordinal), sentence.LastIndexOf(" are ", StringComparison.Ordinal));
        string tail = verb < 0 ? sentence : sentence[(verb + 4)..].Trim();
        if (verb >= 0 && AsMathematics(tail) is { } after) { return after; }
        var formula = LastFormula(tail, out int end);
        var number = Formulas.LastNumber(tail);
        if (verb < 0 && formula is null && number is { } last)
        {
            // Without a verb to point at it the first number is what the sentence is about: "She pays 220 $ over 12 months".
            return new(last.Text.Contains('\\', StringComparison.Ordinal) ? last.Text : Formulas.FirstNumber(tail) ?? last.Text);
        }
        return number is { } later && later.End > end ? new(later.Text) : formula ?? new(sentence);
    }

    private static FoundAnswer? AsWhole(string region)
    {
        string trimmed = region.Trim();
        if (trimmed.Length is 0 or > LongestWholeAnswer) { return trimmed.Length > 0 && IsBareNumber(trimmed) ? new(trimmed) : null; }
        return AsMathematics(trimmed) ?? (IsShortPhrase(trimmed) ? new FoundAnswer(trimmed) : null);
    }

    /// <summary>A name or a choice in a few words, rather than a sentence about one.</summary>
    private static bool IsShortPhrase(string text) => text.Length <= LongestPhrase && AnswerText.IsWords(text) && !text.AsSpan().ContainsAnyInRange('0', '9')
        && !text.Contains('$', StringComparison.Ordinal) && !text.Contains("\\boxed", StringComparison.Ordinal) && text.AsSpan().Count(' ') < 6;

    private static bool IsBareNumber(string text) => !text.AsSpan().ContainsAnyExcept(NumberCharacters);

    /// <summary>The text with its reading, where it reads as one mathematical object without stray words.</summary>
    private static FoundAnswer? AsMathematics(string text)
    {
        if (Sentences.Speaks(text)) { return null; }
        var read = AnswerReader.Read(text, new Budget(Budget.DefaultSteps / 2));
        if (read.Time is not null) { return new(text, read); }
        if (read.Expression is not { } expr) { return null; }
        // "Area = 12": a word (or \text) may name the value, and words stand nowhere else; "Therefore x = 5" is a sentence.
        bool named = expr is Relation { Kinds: [RelationKind.Equal, ..], Children: [TextValue name, ..] } && (!name.Text.Contains(' ', StringComparison.Ordinal) || text.StartsWith("\\text", StringComparison.Ordinal));
        var parts = named ? expr.Children.Skip(1) : [expr];
        return parts.Any(static part => part.Any(static e => e is TextValue)) ? null : new(text, read);
    }
}

/// <summary>An answer that was found, and its reading if it has been read already.</summary>
internal sealed record FoundAnswer(string Text, ReadAnswer? Reading = null);
