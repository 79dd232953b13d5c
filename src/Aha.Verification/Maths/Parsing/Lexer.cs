using System.Globalization;
using System.Numerics;
using Aha.Verification.Maths.Numbers;

namespace Aha.Verification.Maths.Parsing;

internal enum TokenKind
{
    End,

    /// <summary>Digits with their separators, point, exponent or overlined period; <see cref="Token.Value"/> is exact.</summary>
    Number,

    /// <summary>A run of letters that stands by itself: a known word, variables to multiply, or a unit.</summary>
    Letters,

    /// <summary>A LaTeX command, without its backslash.</summary>
    Command,

    /// <summary>The argument of \text and its like.</summary>
    Text,

    /// <summary>One sign: brackets, operators, relations, separators.</summary>
    Sign,

    /// <summary>Something unreadable; <see cref="Token.Text"/> says what.</summary>
    Error,

    /// <summary>Within the lexer only: a command without a meaning of its own; reading goes on at its end.</summary>
    Skip,
}

internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End, bool SpaceBefore, Rational Value = default, bool IsDecimal = false)
{
    public bool IsSign(string sign) => Kind == TokenKind.Sign && Text == sign;
    public bool IsCommand(string name) => Kind == TokenKind.Command && Text == name;
}

/// <summary>Cuts LaTeX or plain mathematics into tokens on demand, so that the parser can ask for a single digit where TeX takes one.</summary>
internal sealed partial class Lexer(string text)
{
    private const int MaxWord = 64;

    private static readonly string[] AsciiSigns = [.. Enumerable.Range(0, 128).Select(i => ((char)i).ToString())];

    public string Source => text;

    /// <summary>
    /// Reads the token at or after <paramref name="position"/>. With <paramref name="commaSeparates"/> a comma between digits always ends the number;
    /// with <paramref name="singleDigit"/> a number has one digit.
    /// </summary>
    public Token Read(int position, bool commaSeparates = false, bool singleDigit = false)
    {
        // A loop, not recursion: a text may hold thousands of invisible commands in a row.
        bool space = false;
        while (true)
        {
            var token = ReadOne(position, commaSeparates, singleDigit);
            space |= token.SpaceBefore;
            if (token.Kind != TokenKind.Skip) { return token with { SpaceBefore = space }; }
            position = token.End;
        }
    }

    private Token ReadOne(int position, bool commaSeparates, bool singleDigit)
    {
        int start = SkipSpace(position, out bool space);
        if (start >= text.Length) { return new(TokenKind.End, "", start, start, space); }
        char c = text[start];
        if (char.IsAsciiDigit(c) || (c == '.' && start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])))
        {
            if (c == '.' && start > 0 && char.IsAsciiDigit(text[start - 1])) { return new(TokenKind.Error, "a number with two points", start, start + 1, space); }
            return singleDigit && c != '.'
                ? new(TokenKind.Number, AsciiSigns[c], start, start + 1, space, c - '0')
                : ReadNumber(start, commaSeparates, space);
        }
        if (char.IsAsciiLetter(c))
        {
            if (singleDigit) { return new(TokenKind.Letters, AsciiSigns[c], start, start + 1, space); }
            int end = start;
            while (end < text.Length && char.IsAsciiLetter(text[end])) { end++; }
            return end - start > MaxWord ? new(TokenKind.Error, "a very long word", start, end, space) : new(TokenKind.Letters, text[start..end], start, end, space);
        }
        return c == '\\' ? ReadCommand(start, space) : ReadSign(start, space);
    }

    /// <summary>The text inside the braces that open at <paramref name="open"/>, and the position after them; null when they do not close.</summary>
    public string? ReadRawGroup(int open, out int end)
    {
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            if (text[i] == '\\') { i++; continue; }
            if (text[i] == '{') { depth++; }
            else if (text[i] == '}' && --depth == 0)
            {
                end = i + 1;
                return text[(open + 1)..i];
            }
        }
        end = text.Length;
        return null;
    }

    public int SkipSpace(int position, out bool any)
    {
        int start = position;
        while (position < text.Length)
        {
            char c = text[position];
            if (char.IsWhiteSpace(c) || c is '$' or '\u200b' or '\u2062' || (c >= 128 && char.GetUnicodeCategory(c) == UnicodeCategory.CurrencySymbol)) { position++; continue; }
            if (c == '~') { position++; continue; }
            if (c == '\\' && position + 1 < text.Length && text[position + 1] is ',' or ';' or ':' or '!' or ' ' or '>' or '$' or '(' or ')' or '[' or ']' or '\n' or '/')
            {
                position += 2;
                continue;
            }
            // A backslash that ends the text is the rest of something cut off.
            if (c == '\\' && position + 1 == text.Length) { position++; continue; }
            break;
        }
        any = position > start;
        return position;
    }

    private Token ReadNumber(int start, bool commaSeparates, bool space)
    {
        int position = start;
        var digits = new DigitBuffer(stackalloc char[64]);
        while (position < text.Length && char.IsAsciiDigit(text[position])) { digits.Append(text[position++]); }
        int leading = position - start;
        while (leading is >= 1 and <= 3 && TryThousandsSeparator(position, commaSeparates, out int after))
        {
            for (int i = 0; i < 3; i++) { digits.Append(text[after + i]); }
            position = after + 3;
        }
        bool isDecimal = false;
        int fraction = 0, period = 0;
        // A point at the end of the sentence is not a decimal point, but "1000." is still 1000.
        if (position < text.Length && text[position] == '.' && (position + 1 >= text.Length || text[position + 1] != '.'))
        {
            int digitsStart = position + 1;
            int end = digitsStart;
            while (end < text.Length && char.IsAsciiDigit(text[end])) { digits.Append(text[end++]); }
            fraction = end - digitsStart;
            period = ReadPeriod(ref end, ref digits);
            if (fraction + period > 0)
            {
                isDecimal = period == 0;
                position = end;
            }
            else if (end >= text.Length || char.IsWhiteSpace(text[end])) { position = end; }
        }
        if (fraction > 0 && ReadEllipsis(ref position))
        {
            int repeated = RepeatedDigits(digits.Span[^fraction..]);
            if (repeated > 0) { (fraction, period, isDecimal) = (fraction - repeated, repeated, false); }
        }
        int exponent = ReadExponent(ref position);
        if (digits.Length > Budget.MaxDigits || Math.Abs(exponent) > Budget.MaxDigits)
        {
            return new(TokenKind.Error, "a number with too many digits", start, position, space);
        }
        var integer = ParseDigits(digits.Span);
        Rational value;
        if (period == 0) { value = fraction == 0 ? integer : Rational.Of(integer, BigInteger.Pow(10, fraction)); }
        else
        {
            // 0.1(6) = (16 - 1) / 90.
            var head = ParseDigits(digits.Span[..(digits.Length - period)]);
            value = Rational.Of(integer - head, (BigInteger.Pow(10, period) - 1) * BigInteger.Pow(10, fraction));
        }
        if (exponent != 0) { value *= ((Rational)10).Power(exponent)!.Value; }
        return new(TokenKind.Number, "", start, position, space, value, isDecimal);
    }

    private static BigInteger ParseDigits(ReadOnlySpan<char> digits) =>
        digits.Length <= 18 ? (digits.Length == 0 ? 0 : long.Parse(digits)) : BigInteger.Parse(digits);

    /// <summary>The repeating digits after the point: \overline{3}, \bar{3}, \dot{3}; appended to the digits. Returns how many.</summary>
    private int ReadPeriod(ref int position, ref DigitBuffer digits)
    {
        foreach (string mark in (ReadOnlySpan<string>)["\\overline{", "\\bar{", "\\dot{", "\\overline ", "\\bar "])
        {
            if (!text.AsSpan(position).StartsWith(mark)) { continue; }
            int from = position + mark.Length, to = from;
            while (to < text.Length && char.IsAsciiDigit(text[to])) { to++; }
            bool closed = mark[^1] == ' ' || (to < text.Length && text[to] == '}');
            if (to == from || !closed) { return 0; }
            digits.Append(text.AsSpan(from, to - from));
            position = mark[^1] == ' ' ? to : to + 1;
            return to - from;
        }
        return 0;
    }

    /// <summary>The dots that say that the digits go on.</summary>
    private bool ReadEllipsis(ref int position)
    {
        foreach (string dots in (ReadOnlySpan<string>)["…", "...", "\\ldots", "\\dots", "\\cdots"])
        {
            if (!text.AsSpan(position).StartsWith(dots)) { continue; }
            position += dots.Length;
            return true;
        }
        return false;
    }

    /// <summary>The length of the block that decimals before an ellipsis repeat, one digit three times (0.333...) or a longer one twice (0.2727...); 0 for none.</summary>
    private static int RepeatedDigits(ReadOnlySpan<char> decimals)
    {
        for (int length = 1; length <= 6; length++)
        {
            int times = length == 1 ? 3 : 2;
            if (decimals.Length < length * times) { return 0; }
            var block = decimals[^length..];
            bool repeats = true;
            for (int i = 1; i < times; i++) { repeats &= decimals[^(length * (i + 1))..^(length * i)].SequenceEqual(block); }
            if (repeats) { return length; }
        }
        return 0;
    }

    /// <summary>1E20, 3.54e-07: an exponent directly after the digits, with at least one digit of its own.</summary>
    private int ReadExponent(ref int position)
    {
        if (position >= text.Length || text[position] is not ('e' or 'E')) { return 0; }
        int at = position + 1;
        bool negative = at < text.Length && text[at] == '-';
        if (at < text.Length && text[at] is '-' or '+') { at++; }
        int from = at, value = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            value = Math.Min((value * 10) + (text[at] - '0'), 1_000_000);
            at++;
        }
        if (at == from) { return 0; }
        position = at;
        return negative ? -value : value;
    }

    private bool TryThousandsSeparator(int position, bool commaSeparates, out int after)
    {
        after = position;
        var rest = text.AsSpan(position);
        if (rest.StartsWith("{,}")) { after += 3; }
        else if (rest.StartsWith(",\\!") || rest.StartsWith("\\!,")) { after += 3; }
        else if (rest.StartsWith("{,\\!}")) { after += 5; }
        else if (rest.StartsWith("\\,")) { after += 2; }
        else if (rest.Length > 0 && rest[0] is '\u2009' or '\u202f' or '\u00a0') { after++; }
        else if (!commaSeparates && rest.Length > 0 && rest[0] == ',') { after++; }
        else if (rest.Length > 3 && rest[0] == ' ' && char.IsAsciiDigit(rest[1])) { after++; }
        else { return false; }
        int digits = 0;
        while (digits <= 3 && after + digits < text.Length && char.IsAsciiDigit(text[after + digits])) { digits++; }
        // "3 100/7" is a mixed number, not 3100/7.
        return digits == 3 && !(rest[0] == ' ' && after + 3 < text.Length && text[after + 3] == '/');
    }

    private Token ReadCommand(int start, bool space)
    {
        char next = text[start + 1];
        if (!char.IsAsciiLetter(next))
        {
            // \\ ends a row; before a name it is a backslash written twice by a careless escape.
            if (next == '\\')
            {
                return start + 2 < text.Length && IsKnownCommandAt(start + 2) ? Skip(start, start + 1, space) : new(TokenKind.Command, "\\", start, start + 2, space);
            }
            return new(TokenKind.Sign, next switch { '{' => "\\{", '}' => "\\}", '|' => "|", _ => next < 128 ? AsciiSigns[next] : next.ToString() }, start, start + 2, space);
        }
        int end = start + 1;
        while (end < text.Length && char.IsAsciiLetter(text[end])) { end++; }
        string name = text[(start + 1)..end];
        if (name is "left" or "right")
        {
            int at = SkipSpace(end, out _);
            if (at < text.Length && text[at] == '.') { return Skip(start, at + 1, space); }
            if (at < text.Length && text[at] == '|') { return new(TokenKind.Sign, name == "left" ? "|(" : ")|", start, at + 1, space); }
            return Skip(start, at, space);
        }
        if (Vocabulary.TextCommands.Contains(name))
        {
            if (end < text.Length && text[end] == '*') { end++; }
            int open = SkipSpace(end, out _);
            if (open < text.Length && text[open] == '{')
            {
                string? content = ReadRawGroup(open, out int after);
                return content is null
                    ? new(TokenKind.Error, "a brace that does not close", start, after, space)
                    : ReadText(name, content, open, start, after, space);
            }
            return Skip(start, end, space);
        }
        if (Vocabulary.Invisible.Contains(name)) { return Skip(start, end, true); }
        return new(TokenKind.Command, name, start, end, space);
    }

    private bool IsKnownCommandAt(int position)
    {
        int end = position;
        while (end < text.Length && char.IsAsciiLetter(text[end])) { end++; }
        if (end == position) { return false; }
        string name = text[position..end];
        return name.Length > 1 && (Vocabulary.IsKnownWord(name) || Vocabulary.Relations.ContainsKey(name) || Vocabulary.TextCommands.Contains(name)
            || Vocabulary.Invisible.Contains(name) || name is "frac" or "dfrac" or "tfrac" or "cfrac" or "left" or "right" or "cdot" or "times" or "cup" or "cap" or "binom" or "begin");
    }

    private Token ReadText(string command, string content, int open, int start, int after, bool space)
    {
        var words = content.AsSpan().Trim();
        // 10\text{ m}, 3\text{ m/s}: upright letters after a value are its unit.
        bool unit = words.Length == 1 ? UnitLetters.Contains(words[0], StringComparison.Ordinal) : words.Contains('/') && words.IndexOfAnyInRange('0', '9') < 0;
        if (unit && FollowsValue(start)) { return new(TokenKind.Text, content, start, after, space); }
        // \text{2/3}, \mathrm{e}: mathematics in upright type; the braces stay as a group.
        bool isMathematics = words.Length > 0 && (char.IsAsciiDigit(words[0]) || (words[0] is '-' or '$' && words.Length > 1 && char.IsAsciiDigit(words[1]))) || words.Length > 0 && !HasWord(words) && (words.IndexOf(' ') < 0 || words.Contains(',') || words.IndexOfAnyInRange('0', '9') >= 0);
        string word = words.Length <= MaxWord ? words.ToString() : "";
        bool function = Opens(after) && (Vocabulary.Functions.ContainsKey(word) || Vocabulary.ListFunctions.ContainsKey(word));
        if (function || Vocabulary.Constants.ContainsKey(word) || (command is "operatorname" or "mathrm" && Vocabulary.IsKnownWord(word)))
        {
            return new(TokenKind.Command, word, start, after, space);
        }
        if (isMathematics && command is not ("mathcal" or "mathfrak" or "mathscr") && words.Length < content.Length + 1) { return Skip(start, open, space); }
        return new(TokenKind.Text, content, start, after, space);
    }

    /// <summary>Whether an argument in brackets stands at the position: \text{lcm}(4, 6) applies a function.</summary>
    private bool Opens(int position) => text.AsSpan(position).TrimStart() is ['(', ..] or ['\\', 'l', 'e', 'f', 't', '(', ..];

    private const string UnitLetters = "msghLlNJWVAKCFBT";

    private bool FollowsValue(int position)
    {
        while (position > 0 && (char.IsWhiteSpace(text[position - 1]) || (position > 1 && text[position - 2] == '\\' && text[position - 1] is ',' or ';' or ':' or '!' or ' ')))
        {
            position -= char.IsWhiteSpace(text[position - 1]) && !(position > 1 && text[position - 2] == '\\') ? 1 : 2;
        }
        return position > 0 && (char.IsAsciiDigit(text[position - 1]) || text[position - 1] is '}' or ')' or '°' || text.AsSpan(0, position).EndsWith("\\circ") || text.AsSpan(0, position).EndsWith("\\pi"));
    }

    private static Token Skip(int start, int end, bool space) => new(TokenKind.Skip, "", start, end, space);

    private static bool HasWord(ReadOnlySpan<char> text)
    {
        int run = 0;
        foreach (char c in text)
        {
            run = char.IsLetter(c) ? run + 1 : 0;
            if (run >= 2) { return true; }
        }
        return false;
    }

    /// <summary>Digits without their separators; short numbers stay on the stack.</summary>
    private ref struct DigitBuffer(Span<char> initial)
    {
        private Span<char> _chars = initial;

        public int Length { get; private set; }
        public readonly ReadOnlySpan<char> Span => _chars[..Length];

        public void Append(char c)
        {
            if (Length == _chars.Length)
            {
                var larger = new char[_chars.Length * 2];
                _chars.CopyTo(larger);
                _chars = larger;
            }
            _chars[Length++] = c;
        }

        public void Append(ReadOnlySpan<char> chars)
        {
            foreach (char c in chars) { Append(c); }
        }
    }
}
