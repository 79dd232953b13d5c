using Aha.Verification.Maths.Expressions;

namespace Aha.Verification.Maths.Parsing;

/// <summary>Sums, products, integrals, limits and matrices.</summary>
internal sealed partial class Parser
{
    /// <summary>\sum_{k=1}^{n} and \prod: (body, variable, first, last).</summary>
    private Expr? ParseRepeated(string name)
    {
        Advance();
        Expr? lower = null, upper = null;
        // An i counts here, and is no imaginary unit.
        bool outer = _countsWithI;
        while (_token.IsSign("_") || _token.IsSign("^"))
        {
            bool under = _token.IsSign("_");
            if (under) { _countsWithI |= CountsWithI(); }
            Advance();
            var bound = ParseArgument();
            if (bound is null) { return null; }
            if (under) { lower = bound; } else { upper = bound; }
        }
        if (lower is not Relation { Kinds: [RelationKind.Equal], Children: [Expr index, Expr first] } || upper is null) { return Fail($"the bounds of a {name}"); }
        var body = ParseProduct();
        _countsWithI = outer;
        return body is null ? null : new Call(name, body, index, first, upper);
    }

    private bool _countsWithI;

    /// <summary>Whether the subscript that follows is {i = ...}.</summary>
    private bool CountsWithI() => _lexer.Source.AsSpan(_token.End).TrimStart() is ['{', .. var bound] && bound.TrimStart() is ['i', .. var rest] && rest.TrimStart() is ['=', ..];

    private Expr? ParseIntegral()
    {
        Advance();
        Expr? lower = null, upper = null;
        while (_token.IsSign("_") || _token.IsSign("^"))
        {
            bool under = _token.IsSign("_");
            Advance();
            bool negative = Accept("-");
            var bound = ParseArgument();
            if (bound is null) { return null; }
            if (negative) { bound = Negate(bound); }
            if (under) { lower = bound; } else { upper = bound; }
        }
        _differentials++;
        string? outerDifferential = _differentialInFraction;
        _differentialInFraction = null;
        var body = AtDifferential() ? new Number(1) : ParseSum();
        _differentials--;
        if (body is null) { return null; }
        string? variable = _differentialInFraction;
        _differentialInFraction = outerDifferential;
        if (variable is null)
        {
            if (!AtDifferential()) { return Fail("an integral without its differential"); }
            if (_token.Text.Length == 1) { Advance(); variable = _token.Text; }
            else { variable = _token.Text[1..]; }
            Advance();
        }
        var over = new Symbol(variable);
        return lower is not null && upper is not null ? new Call("Integral", body, over, lower, upper) : new Call("Integral", body, over);
    }

    /// <summary>dx, d\theta, or "dx" at the end of a run of letters.</summary>
    private bool AtDifferential() => _token.Kind == TokenKind.Letters
        && ((_token.Text.Length == 2 && _token.Text[0] == 'd') || (_token.Text == "d" && _lexer.Read(_token.End) is { Kind: TokenKind.Command } next && Vocabulary.Greek.Contains(next.Text)));

    private Expr? ParseLimit()
    {
        Advance();
        if (!_token.IsSign("_")) { return Fail("a limit without its point"); }
        int at = _lexer.SkipSpace(_token.End, out _);
        if (at >= _lexer.Source.Length || _lexer.Source[at] != '{' || _lexer.ReadRawGroup(at, out int end) is not { } raw) { return Fail("a limit without its point"); }
        _token = _token with { End = end };
        Advance();
        foreach (string arrow in (ReadOnlySpan<string>)["\\to", "\\rightarrow", "\\longrightarrow", "\\Rightarrow", "→"])
        {
            int split = raw.IndexOf(arrow, StringComparison.Ordinal);
            if (split < 0) { continue; }
            string target = raw[(split + arrow.Length)..].Trim();
            string side = "";
            foreach (string mark in (ReadOnlySpan<string>)["^{+}", "^+", "^{-}", "^-"])
            {
                if (!target.EndsWith(mark, StringComparison.Ordinal)) { continue; }
                side = mark.Contains('+', StringComparison.Ordinal) ? "+" : "-";
                target = target[..^mark.Length];
                break;
            }
            var point = ParseNested(target);
            var variable = ParseNested(raw[..split]);
            if (point is null || variable is null) { return null; }
            var body = ParseProduct();
            return body is null ? null : new Call("Limit" + side, body, variable, point);
        }
        return Fail("a limit without an arrow");
    }

    /// <summary>Parses a piece of the text by itself, no deeper in all than the whole may go.</summary>
    private Expr? ParseNested(string text)
    {
        var parser = new Parser(text, _budget, _strict, _reopenBars) { _depth = _depth + 4 };
        var result = parser.ParseAll();
        return result ?? Fail(parser.Error ?? "unreadable");
    }

    private Expr? ParseEnvironment()
    {
        int at = _lexer.SkipSpace(_token.End, out _);
        if (at >= _lexer.Source.Length || _lexer.Source[at] != '{' || _lexer.ReadRawGroup(at, out int end) is not { } name) { return Fail("\\begin without a name"); }
        if (name == "array")
        {
            // The column specification, where there is one.
            int spec = _lexer.SkipSpace(end, out _);
            if (spec < _lexer.Source.Length && _lexer.Source[spec] == '{' && _lexer.ReadRawGroup(spec, out int afterSpec) is { } columns && columns.All(static c => c is 'l' or 'c' or 'r' or '|' or ' '))
            {
                end = afterSpec;
            }
        }
        if (name.TrimEnd('*') is "aligned" or "align" or "gathered" or "gather" or "split" or "cases" or "equation") { return ParseLines(name, end); }
        if (!name.TrimEnd('*').EndsWith("matrix", StringComparison.Ordinal) && name is not "array") { return Fail($"the environment {name}"); }
        _token = _token with { End = end };
        var outer = (_commaSeparates, _openBars);
        _openBars = 0;
        _matrixDepth++;
        Advance();
        var entries = new List<Expr>();
        int rows = 0, columnsInRow = 0, width = -1;
        while (!_token.IsCommand("end"))
        {
            var entry = ParseRelation();
            if (entry is null) { return null; }
            entries.Add(entry);
            columnsInRow++;
            if (entries.Count > Budget.MaxTerms) { return Fail("too large a matrix"); }
            if (_token.IsSign("&")) { Advance(); continue; }
            if (!_token.IsCommand("\\") && !_token.IsCommand("end")) { return Fail($"unexpected {Describe(_token)} in a matrix"); }
            rows++;
            if (width >= 0 && width != columnsInRow) { return Fail("rows of different lengths"); }
            width = columnsInRow;
            columnsInRow = 0;
            while (_token.IsCommand("\\")) { Advance(); }
        }
        _matrixDepth--;
        if (entries.Count == 0 || columnsInRow != 0) { return Fail("an empty matrix"); }
        int close = _lexer.SkipSpace(_token.End, out _);
        if (close >= _lexer.Source.Length || _lexer.Source[close] != '{' || _lexer.ReadRawGroup(close, out int afterEnd) != name) { return Fail($"\\end{{{name}}} is missing"); }
        _token = _token with { End = afterEnd };
        Leave(outer);
        var matrix = new Matrix(rows, width, entries);
        return name == "vmatrix" ? new Call("det", matrix) : matrix;
    }

    /// <summary>The lines of an alignment: a list, where a line that begins with a relation goes on with the line before it.</summary>
    private Expr? ParseLines(string name, int start)
    {
        _token = _token with { End = start };
        Advance();
        var lines = new List<Expr>();
        while (!_token.IsCommand("end"))
        {
            if (Accept("&") || AcceptCommand("\\")) { continue; }
            bool goesOn = lines.Count > 0 && (_token.IsCommand("not") || (_token.Kind is TokenKind.Sign or TokenKind.Command && Vocabulary.Relations.ContainsKey(_token.Text)));
            var line = goesOn ? ParseChain(lines[^1]) : ParseRelation();
            if (line is null) { return null; }
            if (goesOn) { lines[^1] = line; } else { lines.Add(line); }
            Accept(",");
            if (lines.Count > Budget.MaxTerms || !(_token.IsSign("&") || _token.IsCommand("\\") || _token.IsCommand("end"))) { return Fail($"unexpected {Describe(_token)} in {name}"); }
        }
        int close = _lexer.SkipSpace(_token.End, out _);
        if (lines.Count == 0 || close >= _lexer.Source.Length || _lexer.Source[close] != '{' || _lexer.ReadRawGroup(close, out int end) != name) { return Fail($"\\end{{{name}}} is missing"); }
        _token = _token with { End = end };
        Advance();
        return lines.Count == 1 ? lines[0] : new Collection(Bracket.None, lines);
    }
}
