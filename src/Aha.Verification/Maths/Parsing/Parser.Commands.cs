using Aha.Verification.Maths.Expressions;
using Aha.Verification.Maths.Numbers;

namespace Aha.Verification.Maths.Parsing;

/// <summary>Commands and functions.</summary>
internal sealed partial class Parser
{
    private string? _differentialInFraction;

    private Expr? ParseCommand()
    {
        string name = _token.Text;
        switch (name)
        {
            case "frac" or "dfrac" or "tfrac" or "cfrac" or "nicefrac" or "sfrac": return ParseFraction();
            case "sqrt": return ParseRoot();
            case "cbrt":
                Advance();
                return ParseArgument() is { } cube ? new Power(cube, new Number(Rational.Of(1, 3))) : null;
            case "binom" or "dbinom" or "tbinom":
                Advance();
                return ParseArgument() is { } upper && ParseArgument() is { } lower ? new Call("binomial", upper, lower) : Fail("a binomial without its arguments");
            case "lfloor" or "lceil": return ParseEnclosed(name == "lfloor" ? "rfloor" : "rceil", name == "lfloor" ? "floor" : "ceiling");
            case "lvert" or "vert" or "mid" when name != "mid": return ParseEnclosed(name == "lvert" ? "rvert" : "vert", "Abs");
            case "langle": return ParseAngle();
            case "lbrace": _token = _token with { Kind = TokenKind.Sign, Text = "\\{" }; return ParseSet();
            case "lbrack": _token = _token with { Kind = TokenKind.Sign, Text = "[" }; return ParseBrackets(closed: true);
            case "overline" or "bar" or "widehat" or "hat" or "vec" or "tilde" or "overrightarrow" or "underline" or "dot" or "ddot" or "widetilde": return ParseAccent(name);
            case "variable": return ParseVariable();
            case "mathbb" or "Bbb": return ParseBlackboard();
            case "R" or "Z" or "N" or "Q" or "C": return Blackboard(name);
            case "sum": return ParseRepeated("Sum");
            case "prod": return ParseRepeated("Product");
            case "int": return ParseIntegral();
            case "lim": return ParseLimit();
            case "begin": return ParseEnvironment();
            case "angle" or "measuredangle" or "triangle" or "bigtriangleup" or "square" or "odot":
                Advance();
                return ParsePrimary();
            case "ell" or "hbar" or "partial" or "nabla" or "aleph" or "Re" or "Im": return ParseSymbol(name);
            case "log" or "lg" or "ln":
                Advance();
                return ParseFunction(name);
        }
        if (Vocabulary.Functions.TryGetValue(name, out string? function)) { Advance(); return ParseFunction(function); }
        if (Vocabulary.ListFunctions.TryGetValue(name, out string? list)) { Advance(); return ParseListFunction(list); }
        if (Vocabulary.Constants.TryGetValue(name, out var constant)) { Advance(); return new Constant(constant); }
        if (Vocabulary.Greek.Contains(name)) { return ParseSymbol(name); }
        if (NotFactors.Contains(name) || Vocabulary.Relations.ContainsKey(name) || _strict) { return Fail($"unexpected \\{name}"); }
        return ParseSymbol("\\" + name);
    }

    /// <summary>A braced group, or the single digit, letter or command that TeX takes in its place.</summary>
    private Expr? ParseArgument()
    {
        if (_token.IsSign("{")) { return ParseBareGroup(); }
        if (_token is { Kind: TokenKind.Number or TokenKind.Letters } && !(_token.Kind == TokenKind.Letters && Vocabulary.IsKnownWord(_token.Text)))
        {
            var digit = _lexer.Read(_token.Start, singleDigit: true);
            _token = digit;
            Advance();
            return digit.Kind == TokenKind.Number ? new Number(digit.Value, digit.IsDecimal)
                : digit.Text == "e" ? new Constant(ConstantKind.E) : digit.Text == "i" && !_countsWithI ? new Constant(ConstantKind.I) : new Symbol(digit.Text);
        }
        return ParsePrimary(oneLetter: true);
    }

    /// <summary>A braced group as an argument: a comma in it still separates thousands.</summary>
    private Expr? ParseBareGroup()
    {
        bool comma = _commaSeparates;
        _commaSeparates = false;
        var group = ParseGroup();
        _commaSeparates = comma;
        return group;
    }

    private Expr? ParseFraction()
    {
        int at = _lexer.SkipSpace(_token.End, out _);
        if (at < _lexer.Source.Length && _lexer.Source[at] == '{' && _lexer.ReadRawGroup(at, out int afterTop)?.Trim() is { } top && (top == "d" || top == "\\partial" || IsDifferential(top)))
        {
            int bottomAt = _lexer.SkipSpace(afterTop, out _);
            string? bottom = bottomAt < _lexer.Source.Length && _lexer.Source[bottomAt] == '{' ? _lexer.ReadRawGroup(bottomAt, out int afterBottom)?.Trim() : null;
            if (bottom is not null && top is "d" or "\\partial" && IsDifferential(bottom))
            {
                _lexer.ReadRawGroup(bottomAt, out afterBottom);
                _token = _token with { End = afterBottom };
                Advance();
                var operand = ParseJuxtaposition();
                return operand is null ? null : new Call("Derivative", operand, new Symbol(DifferentialName(bottom)));
            }
            if (_differentials > 0 && IsDifferential(top))
            {
                // \int \frac{dz}{z}: the differential stands in the numerator.
                _differentialInFraction = DifferentialName(top);
                _token = _token with { End = afterTop };
                Advance();
                return ParseArgument() is { } divisor ? Reciprocal(divisor) : null;
            }
        }
        Advance();
        var numerator = ParseArgument();
        if (numerator is null) { return Fail("a fraction without a numerator"); }
        var denominator = ParseArgument();
        if (denominator is null) { return Fail("a fraction without a denominator"); }
        return new Product([numerator, Reciprocal(denominator)]);
    }

    private static bool IsDifferential(string raw) => (raw.Length == 2 && raw[0] == 'd' && char.IsAsciiLetter(raw[1])) || raw.StartsWith("d\\", StringComparison.Ordinal)
        || raw.StartsWith("\\partial ", StringComparison.Ordinal);

    private static string DifferentialName(string raw) => raw.StartsWith("\\partial ", StringComparison.Ordinal) ? raw[9..].Trim() : raw[1..].TrimStart('\\').Trim();

    private Expr? ParseRoot()
    {
        bool sign = _lexer.Source[_token.Start] == '√';
        Advance();
        Expr? index = null;
        if (_token.IsSign("["))
        {
            Advance();
            index = ParseSum();
            if (index is null || !_token.IsSign("]")) { return Fail("the index of a root"); }
            Advance();
        }
        var radicand = sign ? ParsePrimary() : ParseArgument();
        if (radicand is null) { return Fail("a root of nothing"); }
        return new Power(radicand, index is null ? new Number(Rational.Of(1, 2)) : index is Number { Value: var n } && !n.IsZero ? new Number(Rational.One / n) : Reciprocal(index));
    }

    private Expr? ParseEnclosed(string close, string function)
    {
        Advance();
        var content = ParseSum();
        if (content is null || !AcceptCommand(close)) { return Fail($"\\{close} is missing"); }
        return new Call(function, content);
    }

    private Expr? ParseAngle()
    {
        var outer = Enter();
        var content = ParseList();
        if (content is null) { return null; }
        if (!_token.IsCommand("rangle")) { return Fail("\\rangle is missing"); }
        Leave(outer);
        return content is Collection list ? new Collection(Bracket.Round, list.Children) : content;
    }

    private Expr? ParseAccent(string accent)
    {
        Advance();
        string inner;
        if (_token.IsSign("{"))
        {
            string? raw = _lexer.ReadRawGroup(_token.Start, out int end)?.Trim();
            if (string.IsNullOrEmpty(raw)) { return Fail("an accent over nothing"); }
            _token = _token with { End = end };
            inner = raw;
        }
        else if (_token.Kind is TokenKind.Letters or TokenKind.Command)
        {
            if (_token.Kind == TokenKind.Letters) { TakeLetters(1); }
            inner = _token.Text;
        }
        else { return Fail("an accent over nothing"); }
        return ParseSymbol((accent == "overline" ? "bar" : accent) + "{" + inner + "}");
    }

    private Expr? ParseVariable()
    {
        int at = _lexer.SkipSpace(_token.End, out _);
        if (at >= _lexer.Source.Length || _lexer.Source[at] != '{' || _lexer.ReadRawGroup(at, out int end) is not { Length: > 0 } raw) { return Fail("\\variable without a name"); }
        _token = _token with { End = end };
        Advance();
        return new Symbol(raw);
    }

    private Expr? ParseBlackboard()
    {
        Advance();
        bool braced = Accept("{");
        if (_token.Kind != TokenKind.Letters) { return Fail("\\mathbb without a letter"); }
        TakeLetters(1);
        string letter = _token.Text;
        if (!braced) { return Blackboard(letter); }
        Advance();
        if (!_token.IsSign("}")) { return Fail("\\mathbb with more than a letter"); }
        return Blackboard(letter);
    }

    /// <summary>The set of numbers named by the current token's letter, with its sign: R^+, R_+ are not split further.</summary>
    private Expr Blackboard(string letter)
    {
        Advance();
        if (_token.IsSign("^") || _token.IsSign("_"))
        {
            var next = _lexer.Read(_token.End, commaSeparates: true);
            bool braced = next.IsSign("{");
            var sign = braced ? _lexer.Read(next.End) : next;
            if (sign.IsSign("+") || sign.IsSign("-") || sign.IsSign("*"))
            {
                _token = sign;
                Advance();
                if (braced) { Accept("}"); }
                letter += sign.Text;
            }
        }
        return letter switch
        {
            "N" => new Constant(ConstantKind.Naturals),
            "Z" => new Constant(ConstantKind.Integers),
            "Q" => new Constant(ConstantKind.Rationals),
            "R" => new Constant(ConstantKind.Reals),
            "C" => new Constant(ConstantKind.Complexes),
            "R+" => new Collection(Bracket.Round, [new Number(0), new Constant(ConstantKind.Infinity)]),
            "R-" => new Collection(Bracket.Round, [Negate(new Constant(ConstantKind.Infinity)), new Number(0)]),
            _ => new Symbol("mathbb{" + letter + "}"),
        };
    }

    /// <summary>sin, ln, ...: an optional power and base before the argument, whose parentheses may be missing.</summary>
    private Expr? ParseFunction(string name)
    {
        if (name == "sqrt" || name == "cbrt")
        {
            var radicand = ParsePrimary(oneLetter: true);
            return radicand is null ? null : new Power(radicand, new Number(Rational.Of(1, name == "sqrt" ? 2 : 3)));
        }
        Expr? power = null, radix = null;
        while (_token.IsSign("^") || _token.IsSign("_"))
        {
            bool upper = _token.IsSign("^");
            Advance();
            bool negative = Accept("-");
            var value = ParseArgument();
            if (value is null) { return Fail($"the power or base of {name}"); }
            if (negative) { value = Negate(value); }
            if (upper) { power = value; } else { radix = value; }
        }
        if (power is Number { Value: var inverse } && inverse == -1 && Vocabulary.Inverses.TryGetValue(name, out string? inverted))
        {
            name = inverted;
            power = null;
        }
        var argument = ParseFunctionArgument();
        if (argument is null) { return Fail($"{name} without an argument"); }
        if (Vocabulary.Trigonometric.Contains(name)) { argument = DegreesToRadians(argument); }
        Expr call = name switch
        {
            "log" => new Call("log", argument, radix ?? new Number(10)),
            "lg" => new Call("log", argument, radix ?? new Number(10)),
            "ln" => new Call("log", argument, radix ?? new Constant(ConstantKind.E)),
            "exp" => new Power(new Constant(ConstantKind.E), argument),
            _ => new Call(name, argument),
        };
        return power is null ? call : new Power(call, power);
    }

    private static Expr DegreesToRadians(Expr argument) => argument switch
    {
        Call { Name: "degrees", Children: [var angle] } => new Product([angle, new Number(Rational.Of(1, 180)), new Constant(ConstantKind.Pi)]),
        Sum sum => new Sum([.. sum.Children.Select(DegreesToRadians)]),
        Product product => new Product([.. product.Children.Select(DegreesToRadians)]),
        _ => argument,
    };

    /// <summary>In parentheses just that; otherwise the factors that follow, up to the next function.</summary>
    private Expr? ParseFunctionArgument()
    {
        if (_token.IsSign("(") || _token.IsSign("{") || _token.IsSign("[") || _token.IsSign("|") || _token.IsSign("|(")) { return ParsePrimary(); }
        bool negative = Accept("-");
        var factors = new List<Expr>();
        while (Error is null && (factors.Count == 0 || (AtFactor() && !AtFunction() && !_token.IsSign("("))))
        {
            if (factors.Count > 0 && SkipUnit()) { continue; }
            var factor = ParseFactor();
            if (factor is null) { return null; }
            factors.Add(factor);
            // An angle ends with its degree sign.
            if (factor is Call { Name: "degrees" }) { break; }
        }
        if (factors.Count == 0 || Error is not null) { return null; }
        return negative ? Negate(Combine(factors)) : Combine(factors);
    }

    private bool AtFunction() => _token.Kind is TokenKind.Letters or TokenKind.Command && (Vocabulary.Functions.ContainsKey(_token.Text) || Vocabulary.ListFunctions.ContainsKey(_token.Text))
        && _token.Text != "sqrt";

    /// <summary>gcd(a, b, ...), max(...), Rational(p, q).</summary>
    private Expr? ParseListFunction(string name)
    {
        if (!_token.IsSign("(") && !_token.IsSign("{") && !_token.IsSign("\\{") && !_token.IsSign("[")) { return Fail($"{name} without its arguments"); }
        var arguments = ParseArguments();
        return (name, arguments) switch
        {
            (_, null) => null,
            ("Rational", [var p, var q]) => new Product([p, Reciprocal(q)]),
            ("Integer", [var n]) => n,
            ("Float", [Number f]) => new Number(f.Value, isDecimal: true),
            ("Rational" or "Float" or "Integer", _) => Fail($"{name} with other arguments"),
            ("factorial", { Count: not 1 }) => Fail($"{name} with other arguments"),
            ("binomial", { Count: not 2 }) => Fail($"{name} with other arguments"),
            _ => new Call(name, arguments),
        };
    }

    private IReadOnlyList<Expr>? ParseArguments()
    {
        string close = _token.Text switch { "(" => ")", "{" => "}", "[" => "]", _ => "\\}" };
        var outer = Enter();
        var list = ParseList();
        if (list is null) { return null; }
        if (!_token.IsSign(close)) { Fail($"arguments that do not close before {Describe(_token)}"); return null; }
        Leave(outer);
        return list is Collection { Bracket: Bracket.None } several ? several.Children : [list];
    }
}
