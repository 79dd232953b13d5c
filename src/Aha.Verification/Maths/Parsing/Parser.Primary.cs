using System.Globalization;
using Aha.Verification.Maths.Expressions;

namespace Aha.Verification.Maths.Parsing;

/// <summary>Numbers, letters and everything that stands in brackets.</summary>
internal sealed partial class Parser
{
    private static readonly Constant Empty = new(ConstantKind.EmptySet);

    private Expr? ParsePrimary(bool oneLetter = false)
    {
        if (++_depth > Budget.MaxDepth) { return Fail("nested too deeply"); }
        var result = _token.Kind switch
        {
            TokenKind.Number => ParseNumber(),
            TokenKind.Letters => ParseLetters(oneLetter),
            TokenKind.Text => ParseText(),
            TokenKind.Sign => ParseBracketed(),
            TokenKind.Command => ParseCommand(),
            TokenKind.End => Fail("something is missing at the end"),
            _ => Fail(_token.Text),
        };
        _depth--;
        return result;
    }

    private Expr? ParseNumber()
    {
        var token = _token;
        Advance();
        if (!_token.IsSign("_")) { return new Number(token.Value, token.IsDecimal); }
        Advance();
        var radix = ParseArgument();
        if (radix is not Number { Value: { IsInteger: true } value } || value < 2 || value > 36 || !token.Value.IsInteger) { return Fail("a subscript that is no base"); }
        return value == 10
            ? new Number(token.Value)
            : new BasedNumeral(token.Value.Numerator.ToString(CultureInfo.InvariantCulture), (int)value.Numerator);
    }

    private Expr? ParseText()
    {
        string text = _token.Text.Trim();
        bool label = _token.Kind == TokenKind.Text && (text.EndsWith(':') || text.EndsWith(" is", StringComparison.Ordinal));
        Advance();
        // \text{Total: } 5.
        if (label && AtFactor()) { return ParseJuxtaposition(); }
        while (_token.Kind is TokenKind.Text or TokenKind.Letters && AtJoiner() is null)
        {
            text += " " + _token.Text.Trim();
            Advance();
        }
        return new TextValue(text);
    }

    private Expr? ParseLetters(bool oneLetter)
    {
        string run = _token.Text;
        if (run == "m" && _lexer.Read(_token.End) is { Kind: TokenKind.Command, Text: "angle" or "measuredangle" })
        {
            // The measure of an angle is the angle.
            Advance();
            return ParsePrimary();
        }
        if (Vocabulary.Functions.TryGetValue(run, out string? function)) { Advance(); return ParseFunction(function); }
        if (Vocabulary.ListFunctions.TryGetValue(run, out string? list)) { Advance(); return ParseListFunction(list); }
        if (Vocabulary.Constants.TryGetValue(run, out var constant)) { Advance(); return new Constant(constant); }
        if (Vocabulary.Greek.Contains(run)) { return ParseSymbol(run); }
        if (run == "sympy" && _lexer.Read(_token.End).IsSign("."))
        {
            // sympy.Rational(1, 3): the constructor notation of a stored gold.
            Advance();
            Advance();
            return ParsePrimary();
        }
        if (run.Length > 1)
        {
            string? prefix = KnownPrefix(run);
            if (prefix is null && run.Length >= 4 && !InsideWord() && !_strict)
            {
                return EndsItem(_lexer.Read(_token.End, _commaSeparates)) ? ParseText() : Fail($"the word {run}");
            }
            TakeLetters(prefix?.Length ?? 1);
            if (prefix is not null)
            {
                Token rest = _token;
                _token = rest with { Text = prefix, End = rest.Start + prefix.Length };
                return ParsePrimary();
            }
        }
        return ParseSymbol(_token.Text, oneLetter);
    }

    private static bool EndsItem(Token next) =>
        next.Kind is TokenKind.End or TokenKind.Letters or TokenKind.Text || (next.Kind == TokenKind.Sign && next.Text is "," or "=" or ")" or "}" or "." or ";" or "\\}");

    /// <summary>The function (or pi) that a run like "sinx" or "pir" begins with.</summary>
    private static string? KnownPrefix(string run)
    {
        for (int length = Math.Min(run.Length - 1, 7); length >= 2; length--)
        {
            string prefix = run[..length];
            if (prefix is "Re" or "Im" or "arg" or "det" or "sign") { continue; }
            if (Vocabulary.Functions.ContainsKey(prefix) && run.Length - length <= 2) { return prefix; }
            if (prefix == "pi" && run.Length - length == 1) { return prefix; }
        }
        return null;
    }

    /// <summary>Cuts the current run of letters after <paramref name="count"/>; the rest is read next.</summary>
    private void TakeLetters(int count) => _token = _token with { Text = _token.Text[..count], End = _token.Start + count };

    /// <summary>A variable with its subscript, primes and, for the usual function letters, its argument.</summary>
    private Expr? ParseSymbol(string name, bool oneLetter = false)
    {
        bool plain = name.Length == 1;
        Advance();
        if (_token.IsSign("_"))
        {
            name += "_" + ParseSubscript();
            if (Error is not null) { return null; }
            plain = false;
        }
        if (plain && name == "e") { return new Constant(ConstantKind.E); }
        if (plain && (name == "I" || (name == "i" && !_countsWithI))) { return new Constant(ConstantKind.I); }
        if (oneLetter) { return new Symbol(name); }
        bool primed = false;
        while (_token.IsSign("'"))
        {
            name += "'";
            primed = true;
            Advance();
        }
        if (!primed && IsInverseFunction(name))
        {
            // f^{-1}(x) is a function by itself.
            while (!_token.IsSign("}")) { Advance(); }
            Advance();
            var arguments = ParseArguments();
            return arguments is null ? null : new Call(name + "^-1", arguments);
        }
        if (_token.IsSign("(") && !_token.SpaceBefore && (primed || IsDefinition() || name[0] is 'f' or 'g' or 'h' or 'F' or 'G' or 'H' or 'P' or 'Q'))
        {
            var arguments = ParseArguments();
            return arguments is null ? null : new Call(name, arguments);
        }
        return new Symbol(name);
    }

    /// <summary>Whether ^{-1}( follows the name of a function.</summary>
    private bool IsInverseFunction(string name) => name is ['f' or 'g' or 'h' or 'F' or 'G' or 'H'] && _token.IsSign("^")
        && _lexer.Source.AsSpan(_token.Start) is var rest && (rest.StartsWith("^{-1}(") || rest.StartsWith("^{-1}\\left("));

    /// <summary>Whether "(x) =" or "(x, y) =" follows: then p(x) is a function and no product.</summary>
    private bool IsDefinition()
    {
        var rest = _lexer.Source.AsSpan(_token.Start);
        int at = 1;
        while (at + 1 < rest.Length && char.IsAsciiLetter(rest[at]))
        {
            at++;
            if (rest[at] == ')') { return rest[(at + 1)..].TrimStart(' ') is ['=', ..]; }
            if (rest[at] != ',') { return false; }
            at++;
            while (at + 1 < rest.Length && rest[at] == ' ') { at++; }
        }
        return false;
    }

    /// <summary>The text of a subscript: x_1, x_{1} and x_{i,j} name variables by what is written.</summary>
    private string ParseSubscript()
    {
        int at = _lexer.SkipSpace(_token.End, out _);
        if (at < _lexer.Source.Length && _lexer.Source[at] == '{')
        {
            string? raw = _lexer.ReadRawGroup(at, out int end);
            if (raw is null) { Fail("a brace that does not close"); return ""; }
            _token = _token with { End = end };
            Advance();
            raw = raw.Trim();
            return raw.All(char.IsLetterOrDigit) ? raw : "{" + raw + "}";
        }
        var next = _lexer.Read(_token.End, commaSeparates: true);
        if (next.Kind is not (TokenKind.Number or TokenKind.Letters or TokenKind.Command or TokenKind.Text)) { Fail("an empty subscript"); return ""; }
        if (next.Kind == TokenKind.Letters && next.Text.Length > 1) { next = next with { End = next.Start + 1 }; }
        _token = next;
        string text = _lexer.Source[next.Start..next.End];
        Advance();
        return text;
    }

    private Expr? ParseBracketed()
    {
        switch (_token.Text)
        {
            case "(": return ParseBrackets(closed: false);
            case "[": return ParseBrackets(closed: true);
            case "]": return ParseOutwardInterval();
            case "{": return ParseGroup();
            case "\\{": return ParseSet();
            case "|(" or "|": return ParseBars();
            default: return Fail($"unexpected {Describe(_token)}");
        }
    }

    /// <summary>Enters brackets: commas separate, and bars and differentials of the outside do not reach in.</summary>
    private (bool Comma, int Bars) Enter()
    {
        var outer = (_commaSeparates, _openBars);
        _commaSeparates = true;
        _openBars = 0;
        Advance();
        return outer;
    }

    /// <summary>Leaves brackets: the closing sign is the current token.</summary>
    private void Leave((bool Comma, int Bars) outer)
    {
        (_commaSeparates, _openBars) = outer;
        Advance();
    }

    private Expr? ParseBrackets(bool closed)
    {
        var outer = Enter();
        if (_token.IsSign(closed ? "]" : ")")) { return Fail("empty brackets"); }
        var content = ParseList();
        if (content is null) { return null; }
        bool round = _token.IsSign(")"), square = _token.IsSign("]");
        // (1, 2[ : half-open in the French way.
        bool outward = _token.IsSign("[") && content is Collection;
        if (!round && !square && !outward) { return Fail($"a bracket that does not close before {Describe(_token)}"); }
        Leave(outer);
        if (content is Collection { Bracket: Bracket.None or Bracket.Unordered } list)
        {
            if (list.Bracket == Bracket.Unordered && list.Children.Any(static i => i is Collection)) { return list; }
            var bracket = (closed, round || outward) switch
            {
                (false, true) => Bracket.Round,
                (true, false) => Bracket.Square,
                (true, true) => Bracket.ClosedOpen,
                _ => Bracket.OpenClosed,
            };
            return new Collection(bracket, list.Children);
        }
        return round == closed ? Fail("brackets of different kinds around one value") : content;
    }

    private Expr? ParseOutwardInterval()
    {
        var outer = Enter();
        var content = ParseList();
        if (content is not Collection { Children: [var low, var high] }) { return Fail("unexpected ']'"); }
        bool open = _token.IsSign("[") || _token.IsSign(")");
        if (!open && !_token.IsSign("]")) { return Fail("an interval that does not close"); }
        Leave(outer);
        return new Collection(open ? Bracket.Outward : Bracket.OpenClosed, [low, high]);
    }

    private Expr? ParseGroup()
    {
        var outer = (_commaSeparates, _openBars);
        _openBars = 0;
        Advance();
        if (_token.IsSign("}")) { return Fail("empty braces"); }
        var content = ParseList();
        if (content is null) { return null; }
        if (_token.IsCommand("choose") || _token.IsCommand("over"))
        {
            bool binomial = _token.Text == "choose";
            Advance();
            var lower = ParseList();
            if (lower is null) { return null; }
            content = binomial ? new Call("binomial", content, lower) : new Product([content, Reciprocal(lower)]);
        }
        SkipSentenceEnd();
        if (!_token.IsSign("}")) { return Fail($"a brace that does not close before {Describe(_token)}"); }
        Leave(outer);
        return content is Collection { Bracket: Bracket.None } list ? new Collection(Bracket.Group, list.Children) : content;
    }

    private Expr? ParseSet()
    {
        var outer = Enter();
        if (_token.IsSign("\\}"))
        {
            Leave(outer);
            return Empty;
        }
        _setDepth++;
        var content = ParseList();
        if (content is null) { return null; }
        bool builder = false;
        if (_token.IsCommand("mid") || _token.IsSign("|") || _token.IsSign(":") || _token.IsCommand("colon"))
        {
            // {x | condition}: the set is what the condition says.
            Advance();
            var condition = ParseList();
            if (condition is null) { return null; }
            if (content is Relation { Kinds: [RelationKind.ElementOf] } domain && domain.Children[1] is not Constant { Kind: ConstantKind.Reals })
            {
                condition = new Conditions(conjunction: true, [content, condition]);
            }
            content = condition is Collection { Bracket: Bracket.None } several ? new Conditions(conjunction: true, several.Children) : condition;
            builder = true;
        }
        _setDepth--;
        if (!_token.IsSign("\\}") && !_token.IsSign("}")) { return Fail($"a set that does not close before {Describe(_token)}"); }
        Leave(outer);
        return builder ? content
            : new Collection(Bracket.Curly, content is Collection { Bracket: Bracket.None or Bracket.Unordered } list ? list.Children : [content]);
    }

    private Expr? ParseBars()
    {
        int bars = _openBars;
        bool paired = _token.IsSign("|(");
        bool comma = _commaSeparates;
        _openBars = paired ? 0 : bars + 1;
        Advance();
        var content = ParseSum();
        if (content is null) { return null; }
        if (!_token.IsSign(paired ? ")|" : "|") && !_token.IsSign("|") && !_token.IsCommand("rvert") && !_token.IsCommand("vert")) { return Fail("a bar that does not close"); }
        _openBars = bars;
        _commaSeparates = comma;
        Advance();
        return content is Matrix ? new Call("det", content) : new Call("Abs", content);
    }
}
