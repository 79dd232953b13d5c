using Aha.Verification.Maths.Expressions;
using Aha.Verification.Maths.Numbers;

namespace Aha.Verification.Maths.Parsing;

/// <summary>Sums, products, juxtaposition, signs and powers.</summary>
internal sealed partial class Parser
{
    private const int MaxPostfixes = 24;

    private static readonly Number MinusOne = new(-1);

    private int _moduli;

    private static Expr Negate(Expr value) => value is Number n ? new Number(-n.Value, n.IsDecimal, n.IsPercent) : new Product([MinusOne, value]);

    private static Power Reciprocal(Expr value) => new Power(value, MinusOne);

    private Expr? ParseSum()
    {
        if (++_depth > Budget.MaxDepth) { return Fail("nested too deeply"); }
        var first = ParseProduct();
        List<Expr>? terms = null;
        while (first is not null)
        {
            bool minus = _token.IsSign("-"), plus = _token.IsSign("+"), pm = _token.IsCommand("pm"), mp = _token.IsCommand("mp");
            if (!minus && !plus && !pm && !mp) { break; }
            // "a & -b": a column of an alignment is over.
            Advance();
            var term = ParseProduct();
            if (term is null) { return null; }
            (terms ??= [first]).Add(minus ? Negate(term) : plus ? term : new PlusMinus(term, mp));
        }
        _depth--;
        return first is null ? null : terms is null ? first : new Sum(terms);
    }

    private Expr? ParseProduct()
    {
        var first = ParseSigned();
        if (first is null) { return null; }
        List<Expr> factors = [first];
        while (true)
        {
            if (_token.IsSign("*") || _token.IsCommand("cdot") || _token.IsCommand("times") || _token.IsCommand("ast") || _token.IsCommand("bullet"))
            {
                Advance();
                var right = ParseSigned();
                if (right is null) { return null; }
                factors.Add(right);
            }
            else if (_token.IsSign("/") || _token.IsCommand("div") || (_token.IsSign(":") && _setDepth == 0))
            {
                var operation = _token;
                Advance();
                if (_lastUnit && (_token.Kind is TokenKind.Text or TokenKind.Letters || _token.IsSign("{")))
                {
                    // 5 m/s, 3 miles per hour: the rest of the unit.
                    if (_token.IsSign("{"))
                    {
                        if (ParsePrimary() is null) { return null; }
                    }
                    else { Advance(); }
                    SkipUnitPower();
                    continue;
                }
                bool ratio = operation.IsSign(":");
                var right = ParseSigned();
                if (right is null) { return null; }
                if (ratio && _token.IsSign(":"))
                {
                    if (ParseRatio(Combine(factors), right) is not { } proportion) { return null; }
                    factors = [proportion];
                    continue;
                }
                factors.Add(Reciprocal(right));
            }
            else if (_token.IsCommand("mod") || _token.IsCommand("bmod") || (_token.Kind == TokenKind.Letters && _token.Text == "mod"))
            {
                Advance();
                var right = ParseSigned();
                if (right is null || ++_moduli > MaxPostfixes) { return Fail("too many remainders"); }
                factors = [new Call("Mod", Combine(factors), right)];
            }
            else if (_token.IsCommand("pmod") || _token.IsCommand("pod"))
            {
                // "9 \pmod{11}": a residue class is written by its residue.
                Advance();
                if (ParseArgument() is null) { return null; }
            }
            else { return Combine(factors); }
        }
    }

    private static Expr Combine(List<Expr> factors) => factors.Count == 1 ? factors[0] : new Product(factors);

    /// <summary>a : b : c and longer, known up to a common factor.</summary>
    private Call? ParseRatio(Expr first, Expr second)
    {
        List<Expr> parts = [first, second];
        while (Accept(":"))
        {
            if (parts.Count > 16 || ParseSigned() is not { } part) { Fail("a ratio"); return null; }
            parts.Add(part);
        }
        return new Call("ratio", parts);
    }

    private Expr? ParseSigned()
    {
        int minuses = 0;
        while (true)
        {
            if (_token.IsSign("-")) { minuses++; Advance(); }
            else if (_token.IsSign("+")) { Advance(); }
            else { break; }
        }
        Expr? value;
        if (_token.IsCommand("pm") || _token.IsCommand("mp"))
        {
            bool flipped = _token.Text == "mp";
            Advance();
            var term = ParseProduct();
            value = term is null ? null : new PlusMinus(term, flipped);
        }
        else { value = ParseJuxtaposition(); }
        return value is not null && (minuses & 1) != 0 ? Negate(value) : value;
    }

    /// <summary>Factors written side by side; they bind tighter than a division sign, as in a / 8y.</summary>
    private Expr? ParseJuxtaposition()
    {
        _lastUnit = false;
        var first = ParseFactor();
        if (first is null) { return null; }
        if (TryMixedNumber(first) is { } mixed) { first = mixed; }
        List<Expr>? factors = null;
        while (Error is null)
        {
            if (SkipUnit())
            {
                while (SkipUnit()) { }
                // A unit ends its value: what goes on with more factors is a sentence.
                return AtFactor() ? Fail("words among the mathematics") : factors is null ? first : new Product(factors);
            }
            if (!AtFactor()) { break; }
            // "5 6" is no product; a digit after something else, as in \frac{1}{2}3, is.
            if (_token.Kind == TokenKind.Number && _previousKind == TokenKind.Number) { return Fail("two numbers side by side"); }
            var next = ParseFactor();
            if (next is null) { return null; }
            if (TryMixedNumber(next) is { } alsoMixed) { next = alsoMixed; }
            (factors ??= [first]).Add(next);
        }
        if (Error is not null) { return null; }
        return factors is null ? first : new Product(factors);
    }

    /// <summary>3 \frac{1}{2} and 3 1/2 are three and a half: an integer followed by a proper fraction of two integers.</summary>
    private Number? TryMixedNumber(Expr first)
    {
        if (first is not Number { IsDecimal: false, IsPercent: false, Value: { IsInteger: true, Sign: >= 0 } whole } || _previousKind != TokenKind.Number) { return null; }
        var (token, previous, depth) = (_token, _previousKind, _depth);
        if (_token is { Kind: TokenKind.Command, Text: "frac" or "dfrac" or "tfrac" or "cfrac" })
        {
            // Looked at before it is parsed: parsing twice at every depth would take exponential time.
            if (!IsFractionOfDigits(_token.End)) { return null; }
            if (ParseFactor() is Product { Children: [Number { IsDecimal: false } top, Power { Base: Number { IsDecimal: false } bottom, Exponent: Number { Value: var e } }] }
                && e == -1 && top.Value.IsInteger && bottom.Value.IsInteger && top.Value.Sign > 0 && top.Value < bottom.Value)
            {
                return new Number(whole + (top.Value / bottom.Value));
            }
        }
        else if (_token is { Kind: TokenKind.Number, SpaceBefore: true, IsDecimal: false } && _token.Value.IsInteger)
        {
            var top = _token.Value;
            Advance();
            if (_token.IsSign("/"))
            {
                Advance();
                if (_token is { Kind: TokenKind.Number, IsDecimal: false, Value: { IsInteger: true } bottom } && top.Sign > 0 && top < bottom)
                {
                    Advance();
                    return new Number(whole + (top / bottom));
                }
            }
        }
        // Not mixed: read again from where the fraction began. An error met on the way comes up again there.
        Error = null;
        (_token, _previousKind, _depth) = (token, previous, depth);
        return null;
    }

    /// <summary>Whether the two arguments of a \frac that follow are digits only, braced or not.</summary>
    private bool IsFractionOfDigits(int position)
    {
        string source = _lexer.Source;
        for (int argument = 0; argument < 2; argument++)
        {
            position = _lexer.SkipSpace(position, out _);
            if (position >= source.Length) { return false; }
            bool braced = source[position] == '{';
            int start = braced ? position + 1 : position;
            int end = start;
            while (end < source.Length && char.IsAsciiDigit(source[end]) && (braced || end == start)) { end++; }
            if (end == start || (braced && (end >= source.Length || source[end] != '}'))) { return false; }
            position = braced ? end + 1 : end;
        }
        return true;
    }

    /// <summary>Whether a factor can start here, after another one.</summary>
    private bool AtFactor()
    {
        switch (_token.Kind)
        {
            case TokenKind.Number: return true;
            case TokenKind.Letters:
                return AtJoiner() is null && _token.Text is not "mod" and not "union" && !(_differentials > 0 && AtDifferential()) && (TrySetOperator() is null);
            case TokenKind.Text: return false;
            case TokenKind.Sign:
                return _token.Text switch
                {
                    "(" or "{" or "\\{" or "|(" => true,
                    "[" => SquareBracketOpens(),
                    "|" => _setDepth == 0 && (_openBars == 0 || (_reopenBars && BarOpens())),
                    _ => false,
                };
            case TokenKind.Command:
                return !Vocabulary.Relations.ContainsKey(_token.Text) && !NotFactors.Contains(_token.Text);
            default: return false;
        }
    }

    /// <summary>A square bracket before the end, a separator or a set operator closes an interval in the French way: ]0, 1[.</summary>
    private bool SquareBracketOpens()
    {
        var next = _lexer.Read(_token.End, _commaSeparates);
        return next.Kind switch
        {
            TokenKind.End => false,
            TokenKind.Command => !NotFactors.Contains(next.Text),
            TokenKind.Sign => next.Text is "(" or "[" or "{" or "\\{" or "-" or "+" or "|" or "|(",
            _ => true,
        };
    }

    /// <summary>A bar with something readable after it may open rather than close.</summary>
    private bool BarOpens() => _lexer.Read(_token.End, _commaSeparates) is { Kind: TokenKind.Number or TokenKind.Letters or TokenKind.Command };

    private static readonly HashSet<string> NotFactors =
    [
        "\\", "cdot", "times", "div", "mod", "bmod", "pmod", "pod", "pm", "mp", "cup", "cap", "setminus", "backslash", "smallsetminus", "bigcup", "bigcap", "to", "rightarrow", "implies", "Rightarrow",
        "iff", "land", "lor", "wedge", "vee", "mid", "vert", "rvert", "rangle", "rfloor", "rceil", "rbrace", "rbrack", "Vert", "rVert", "choose", "end", "not", "ast", "bullet", "degree", "circ", "prime",
        "ldots", "dots", "cdots", "over", "colon", "subset", "subseteq", "text", "mapsto", "longrightarrow", "Longrightarrow", "perp", "parallel", "tag", "label", "item", "cline", "multicolumn",
    ];

    /// <summary>base ^ exponent ! % and their repetitions.</summary>
    private Expr? ParseFactor()
    {
        if (++_depth > Budget.MaxDepth) { return Fail("nested too deeply"); }
        var kind = _token.Kind;
        var value = ParsePrimary();
        _previousKind = kind;
        for (int marks = 0; value is not null; marks++)
        {
            // Every mark nests the value once more.
            if (marks > MaxPostfixes) { return Fail("too many marks after a value"); }
            if (_token.IsSign("^"))
            {
                value = ParseExponent(value);
                _previousKind = TokenKind.Sign;
            }
            else if (_token.IsSign("²"))
            {
                value = new Power(value, new Number(_token.Value));
                Advance();
            }
            else if (_token.IsSign("!"))
            {
                value = new Call("factorial", value);
                _previousKind = TokenKind.Sign;
                Advance();
            }
            else if (_token.IsSign("%"))
            {
                if (value.HasSymbols || value is Constant or Collection or TextValue) { return Fail("a percent sign after something that is no number"); }
                value = value is Number n ? new Number(n.Value / 100, n.IsDecimal, isPercent: true) : new Product([value, new Number(Rational.Of(1, 100))]);
                _previousKind = TokenKind.Sign;
                Advance();
            }
            else if (_token.IsCommand("degree") || (_token.IsCommand("circ") && value is Number))
            {
                value = new Call("degrees", value);
                _previousKind = TokenKind.Sign;
                Advance();
            }
            // 25 °C: the scale belongs to the unit.
            else if (value is Call { Name: "degrees" } && _token is { Kind: TokenKind.Letters, Text: "C" or "F" }) { Advance(); }
            else if (_token.Kind is TokenKind.Letters or TokenKind.Text && ApplyWord(value) is { } applied)
            {
                value = applied;
                _previousKind = TokenKind.Sign;
            }
            else if (_token.IsSign("'") && value is Symbol or Call && !_token.SpaceBefore)
            {
                value = value is Symbol s ? new Symbol(s.Name + "'") : new Call("prime", value);
                Advance();
            }
            else { break; }
        }
        _depth--;
        return value;
    }

    private Expr? ParseExponent(Expr @base)
    {
        Advance(singleDigit: false);
        if (_token.IsCommand("circ") || _token.IsCommand("degree"))
        {
            Advance();
            return new Call("degrees", @base);
        }
        if (_token.IsCommand("prime") || _token.IsSign("'"))
        {
            Advance();
            return @base is Symbol symbol ? new Symbol(symbol.Name + "'") : new Call("prime", @base);
        }
        if (_token.IsSign("{"))
        {
            string? raw = _lexer.ReadRawGroup(_token.Start, out int end)?.Trim();
            if (raw is "\\circ" or "\\degree" or "o" && (raw != "o" || @base is Number))
            {
                _token = _token with { End = end };
                Advance();
                return new Call("degrees", @base);
            }
            if (@base is Number && raw is "\\text{th}" or "\\text{st}" or "\\text{nd}" or "\\text{rd}" or "\\mathrm{th}" or "th")
            {
                _token = _token with { End = end };
                Advance();
                return @base;
            }
            if (raw is "\\prime" or "'" or "\\prime\\prime" && @base is Symbol primed)
            {
                _token = _token with { End = end };
                Advance();
                return new Symbol(primed.Name + (raw.Length > 8 ? "''" : "'"));
            }
        }
        bool negative = false;
        while (_token.IsSign("-") || _token.IsSign("+"))
        {
            negative ^= _token.Text == "-";
            Advance();
        }
        if (++_depth > Budget.MaxDepth) { return Fail("nested too deeply"); }
        var exponent = ParsePrimary(oneLetter: true);
        if (exponent is null) { return null; }
        // Towers of powers associate to the right: 2^3^2 = 2^9.
        if (_token.IsSign("^")) { exponent = ParseExponent(exponent); }
        else if (_token.IsSign("!")) { Advance(); exponent = new Call("factorial", exponent); }
        _depth--;
        return exponent is null ? null : new Power(@base, negative ? Negate(exponent) : exponent);
    }

    private bool _lastUnit;
    private int _setDepth;
    private int _matrixDepth;
    private TokenKind _previousKind;
}
