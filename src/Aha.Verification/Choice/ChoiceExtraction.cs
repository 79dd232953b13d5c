namespace Aha.Verification.Choice;

/// <summary>How a letter is read out of a response.</summary>
public enum ChoiceRules
{
    /// <summary>
    /// Answer tags, a box, the last of "answer is X", "Answer: X" and "X is the correct option", a bare letter at the end. A response that never commits has
    /// no letter: a guess from whatever capital stands last (MMLU-Pro's third rule reads "I cannot answer" as I) would be a reward for nothing.
    /// </summary>
    Explicit,

    /// <summary>MMLU-Pro's published three rules: the first "answer is X", else the first line's last "answer: X", else the last capital A-J standing alone.</summary>
    MmluPro,

    /// <summary>MMLU-Pro's first rule alone, as some of its published runs were graded.</summary>
    MmluProFirstRule,
}

/// <summary>Finds the chosen letter in a response by plain scans, each linear in the text.</summary>
public static class ChoiceExtraction
{
    private const string AnswerIs = "answer is ";
    private static readonly string[] s_statements = ["answer is", "answer:", "answer**:", "choice is", "option is"];
    private static readonly string[] s_conjunctions = [" or", " and"];

    /// <summary>The chosen letter, upper case, or null where the response chooses none.</summary>
    /// <param name="response">The whole response; what stands before the last <c>&lt;/think&gt;</c> does not count.</param>
    /// <param name="letters">How many letters are valid, from A on (1 to 26).</param>
    /// <param name="rules">How to read.</param>
    public static char? Letter(string response, int letters = 10, ChoiceRules rules = ChoiceRules.Explicit)
    {
        ReadOnlySpan<char> text = Text.AnswerSpan.AfterThought(response);
        char last = (char)('A' + Math.Clamp(letters, 1, 26) - 1);
        return rules switch
        {
            ChoiceRules.Explicit => Explicit(text, last),
            ChoiceRules.MmluPro => OfficialFirst(text, last) ?? OfficialSecond(text, last) ?? OfficialThird(text, last),
            _ => OfficialFirst(text, last),
        };
    }

    // answer is \(?([A-J])\)?
    private static char? OfficialFirst(ReadOnlySpan<char> text, char last)
    {
        for (int at = 0; ; )
        {
            int found = text[at..].IndexOf(AnswerIs);
            if (found < 0) return null;
            at += found + AnswerIs.Length;
            int letter = at < text.Length && text[at] == '(' ? at + 1 : at;
            if (letter < text.Length && Valid(text[letter], last)) return text[letter];
        }
    }

    // .*[aA]nswer:\s*([A-J]) : the first line that has one, and there the last one
    private static char? OfficialSecond(ReadOnlySpan<char> text, char last)
    {
        int start = 0;
        while (start < text.Length)
        {
            int length = text[start..].IndexOf('\n');
            int end = length < 0 ? text.Length : start + length;
            for (int at = end - 1; at >= start; at--)
            {
                if (text[at] is not ('a' or 'A') || !text[(at + 1)..].StartsWith("nswer:")) continue;
                int letter = at + "answer:".Length;
                while (letter < text.Length && char.IsWhiteSpace(text[letter])) letter++;
                if (letter < text.Length && Valid(text[letter], last)) return text[letter];
            }
            start = end + 1;
        }
        return null;
    }

    // \b[A-J]\b(?!.*\b[A-J]\b)
    private static char? OfficialThird(ReadOnlySpan<char> text, char last)
    {
        for (int at = text.Length - 1; at >= 0; at--)
            if (Valid(text[at], last) && (at == 0 || !IsWord(text[at - 1])) && (at + 1 == text.Length || !IsWord(text[at + 1]))) return text[at];
        return null;
    }

    private static char? Explicit(ReadOnlySpan<char> text, char last)
    {
        if (Text.AnswerSpan.TryTagged(text, out ReadOnlySpan<char> tagged)) return Bare(tagged, last, anyCase: true) ?? Phrase(tagged, last);
        return Boxed(text, last) ?? Phrase(text, last) ?? Bare(text, last, anyCase: false) ?? FinalWord(text, last);
    }

    /// <summary>The letter of the statement that comes last: "the answer is C ... Answer: A" chooses A.</summary>
    private static char? Phrase(ReadOnlySpan<char> text, char last)
    {
        (int At, char? Letter) chosen = BeforeIsCorrect(text, last);
        foreach (string phrase in s_statements)
        {
            // Looked for from the end, and no further back than what was found already.
            for (int end = text.Length; end > chosen.At;)
            {
                int found = text[..end].LastIndexOf(phrase, StringComparison.OrdinalIgnoreCase);
                if (found <= chosen.At) break;
                if (Decorated(text[(found + phrase.Length)..], last) is { } letter)
                {
                    chosen = (found, letter);
                    break;
                }
                end = found + phrase.Length - 1;
            }
        }
        return chosen.Letter;
    }

    /// <summary>A letter behind blanks, markup and "option": <c> **(C)**</c>, <c>: $\text{C}$</c>, <c> option C</c>.</summary>
    private static char? Decorated(ReadOnlySpan<char> text, char last)
    {
        int at = 0;
        const int reach = 40;
        while (at < text.Length && at < reach)
        {
            ReadOnlySpan<char> rest = text[at..];
            if (char.IsWhiteSpace(rest[0]) || rest[0] is '*' or '_' or '$' or '(' or '[' or '{' or '"' or '\'' or '`' or ':' or '<' or '>') at++;
            else if (rest.StartsWith(@"\text") || rest.StartsWith(@"\math")) at += Math.Max(rest.IndexOf('{'), 1);
            else if (rest.StartsWith(@"\boxed")) at += 6;
            else if (rest.StartsWith("option ", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("choice ", StringComparison.OrdinalIgnoreCase)) at += 7;
            else if (rest.StartsWith("letter ", StringComparison.OrdinalIgnoreCase)) at += 7;
            else return Valid(rest[0], last) && (rest.Length == 1 || !(IsWord(rest[1]) || rest[1] is '\'' or '’')) ? rest[0] : null;
        }
        return null;
    }

    private static (int At, char? Letter) BeforeIsCorrect(ReadOnlySpan<char> text, char last)
    {
        for (int at = text.Length - 1; at >= 0; at--)
        {
            if (!Valid(text[at], last) || (at > 0 && (IsWord(text[at - 1]) || text[at - 1] is '\'' or '’'))) continue;
            ReadOnlySpan<char> rest = text[(at + 1)..].TrimStart(")]*_ ");
            if (rest.StartsWith("is correct") || rest.StartsWith("is the correct") || rest.StartsWith("is the right") || rest.StartsWith("is the best") || rest.StartsWith("is the answer"))
                return (at, text[at]);
        }
        return (-1, null);
    }

    private static char? Boxed(ReadOnlySpan<char> text, char last)
    {
        const string box = @"\boxed{";
        ReadOnlySpan<char> head = text;
        while (true)
        {
            int at = head.LastIndexOf(box);
            if (at < 0) return null;
            // A box that holds a choice closes soon; looking no further keeps many unclosed boxes linear.
            ReadOnlySpan<char> inside = text[(at + box.Length)..];
            inside = inside[..Math.Min(inside.Length, 400)];
            int end = inside.IndexOf('}');
            if (end >= 0)
            {
                ReadOnlySpan<char> content = inside[..end];
                int brace = content.IndexOf('{');
                if (Bare(brace >= 0 ? content[(brace + 1)..] : content, last, anyCase: true) is { } letter) return letter;
            }
            head = head[..at];
        }
    }

    /// <summary>A text that is nothing but a letter, with or without its option's words: <c>C</c>, <c>(c)</c>, <c>**C.** Paris</c>.</summary>
    private static char? Bare(ReadOnlySpan<char> text, char last, bool anyCase)
    {
        text = text.Trim(" \t\r\n*_$`\"'");
        if (text.IsEmpty) return null;
        bool bracketed = text[0] is '(' or '[' or '{';
        if (bracketed) text = text[1..];
        if (text.IsEmpty) return null;
        char letter = anyCase || bracketed ? char.ToUpperInvariant(text[0]) : text[0];
        if (!Valid(letter, last)) return null;
        ReadOnlySpan<char> rest = text[1..];
        if (rest.IsEmpty || (rest.Length <= 2 && rest.Trim(").]}*_.").IsEmpty)) return letter;
        if (text.Length > 400 || text.Contains('\n')) return null;
        return char.IsAsciiLetterUpper(text[0]) && rest[0] is ')' or ']' or '.' or ':' or '*' ? letter : null;
    }

    private static char? FinalWord(ReadOnlySpan<char> text, char last)
    {
        text = text.TrimEnd(" \t\r\n.!)]}*_$`\"'");
        if (text.IsEmpty || !Valid(text[^1], last) || (text.Length > 1 && IsWord(text[^2]))) return null;
        // "(A, C, D)" and "A or D" choose several: no choice.
        ReadOnlySpan<char> before = text[..^1].TrimEnd(" ,(*/&");
        foreach (string conjunction in s_conjunctions)
            if (before.EndsWith(conjunction)) before = before[..^conjunction.Length].TrimEnd(" ,)*");
        return before.Length == text.Length - 1 || before.IsEmpty || !Valid(before[^1], last) || (before.Length > 1 && IsWord(before[^2])) ? text[^1] : null;
    }

    private static bool Valid(char letter, char last) => letter >= 'A' && letter <= last;

    private static bool IsWord(char c) => char.IsLetter(c) || char.IsNumber(c) || c == '_';
}
