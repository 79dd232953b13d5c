using Aha.Verification.Maths.Expressions;

namespace Aha.Verification.Maths.Parsing;

/// <summary>
/// A recursive-descent parser for LaTeX and plain mathematics. It never throws: the first thing it cannot read is kept in <see cref="Error"/> and
/// every method then returns null. Depth is limited, every token costs a step.
/// Precedence, loosest first: lists, and/or, relations, set operators, sums, products, juxtaposition, sign, power.
/// </summary>
internal sealed partial class Parser
{
    private readonly Lexer _lexer;
    private readonly Budget _budget;
    private readonly bool _reopenBars;
    private Token _token;
    private int _depth;
    private int _openBars;
    private int _differentials;
    private bool _commaSeparates;

    private Parser(string text, Budget budget, bool strict, bool reopenBars)
    {
        _lexer = new Lexer(text);
        _budget = budget;
        _strict = strict;
        _reopenBars = reopenBars;
        _token = _lexer.Read(0);
    }

    /// <summary>In strict mode words after a value are an error unless they are marked as text.</summary>
    private readonly bool _strict;

    public string? Error { get; private set; }

    /// <summary>Reads the whole text as one mathematical object; null with an error when it is not one.</summary>
    public static Expr? Parse(string text, Budget budget, out string? error, bool strict = false)
    {
        if (text.Length > Budget.MaxAnswerLength)
        {
            error = $"longer than {Budget.MaxAnswerLength} characters";
            return null;
        }
        var parser = new Parser(text, budget, strict, reopenBars: false);
        var result = parser.ParseAll();
        // ||x||y|| reads in two ways; the first closes a bar wherever it can, the second opens one.
        if (result is null && text.Contains("||", StringComparison.Ordinal))
        {
            var second = new Parser(text, budget, strict, reopenBars: true);
            if (second.ParseAll() is { } other)
            {
                error = null;
                return other;
            }
        }
        error = parser.Error;
        return result;
    }

    private Expr? ParseAll()
    {
        if (_token.Kind == TokenKind.End) { return Fail("nothing to read"); }
        // ": 5", "= 5": the tail of something that was cut.
        if (!_strict && (_token.IsSign("=") || _token.IsSign(":") || _token.IsCommand("approx"))) { Advance(); }
        var result = ParseList();
        if (result is null) { return null; }
        SkipSentenceEnd();
        return _token.Kind == TokenKind.End ? result : Fail($"unexpected {Describe(_token)}");
    }

    private void SkipSentenceEnd()
    {
        while (_token.Kind == TokenKind.Sign && _token.Text is "." or "," or ";" || (!_strict && _matrixDepth == 0 && (_token.IsSign("\"") || _token.IsCommand("\\"))))
        {
            int before = _token.End;
            Advance();
            if (_token.End == before) { break; }
        }
    }

    private Expr? Fail(string error)
    {
        Error ??= error;
        return null;
    }

    private string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "end of the text",
        TokenKind.Error => token.Text,
        _ => $"'{_lexer.Source[token.Start..Math.Min(token.End, token.Start + 24)]}' at {token.Start}",
    };

    private void Advance(bool singleDigit = false)
    {
        _token = _budget.Charge(4)
            ? _lexer.Read(_token.End, _commaSeparates, singleDigit)
            : new Token(TokenKind.Error, "too much to read", _token.End, _token.End, false);
        if (_token.Kind == TokenKind.Number) { _budget.Charge((int)(_token.Value.Bits / 32)); }
    }

    private bool Accept(string sign)
    {
        if (!_token.IsSign(sign)) { return false; }
        Advance();
        return true;
    }

    private bool AcceptCommand(string name)
    {
        if (!_token.IsCommand(name)) { return false; }
        Advance();
        return true;
    }

    /// <summary>A list a, b; c and d, or its only item.</summary>
    private Expr? ParseList()
    {
        if (++_depth > Budget.MaxDepth) { return Fail("nested too deeply"); }
        var rows = new List<Expr>();
        var items = new List<Expr>();
        bool unordered = false, or = false, and = false, semicolon = false;
        // "Both 1 and 2", "either ... or": the joiner may come first.
        while (AtJoiner() is { } leading && leading != "and" && leading != "or") { Advance(); }
        while (true)
        {
            var item = ParseRelation();
            if (item is null) { return null; }
            items.Add(item);
            bool more = false, comma = false;
            while (true)
            {
                if (_token.IsSign(",") && !comma)
                {
                    comma = true;
                    more |= !AtListEnd();
                    Advance();
                    if (!more) { break; }
                }
                else if (_token.IsSign(";"))
                {
                    Advance();
                    if (AtListEndNow()) { break; }
                    semicolon = true;
                    rows.Add(Row(items));
                    items = [];
                    more = true;
                }
                else if (AtJoiner() is { } joiner)
                {
                    Advance();
                    unordered = true;
                    or |= joiner == "or";
                    and |= joiner == "and";
                    more = true;
                }
                else { break; }
            }
            if (!more || AtListEndNow()) { break; }
        }
        _depth--;
        if (semicolon)
        {
            if (items.Count > 0) { rows.Add(Row(items)); }
            return new Collection(Bracket.Unordered, rows);
        }
        if (items.Count == 1) { return items[0]; }
        if ((and || or) && !(and && or) && items.TrueForAll(static i => i is Relation || i is Conditions) && items.Exists(IsInequality))
        {
            return new Conditions(conjunction: and, items);
        }
        return new Collection(unordered ? Bracket.Unordered : Bracket.None, items);
    }

    private static Expr Row(List<Expr> items) => items.Count == 1 ? items[0] : new Collection(Bracket.Round, items);

    private static bool IsInequality(Expr expr) => expr is Conditions || (expr is Relation relation
        && relation.Kinds.Any(static k => k is RelationKind.Less or RelationKind.LessOrEqual or RelationKind.Greater or RelationKind.GreaterOrEqual or RelationKind.NotEqual));

    /// <summary>After a comma that is the current token: does the list end there ("5, ")?</summary>
    private bool AtListEnd()
    {
        var next = _lexer.Read(_token.End, _commaSeparates);
        return !_strict && next.Kind == TokenKind.End;
    }

    private bool AtListEndNow() => !_strict && _token.Kind == TokenKind.End;

    /// <summary>The word that joins list items, if one stands here: "and" or "or" in any spelling.</summary>
    private string? AtJoiner()
    {
        string word;
        switch (_token.Kind)
        {
            // The "et" of "get" joins nothing.
            case TokenKind.Letters when InsideWord(): return null;
            case TokenKind.Letters: word = _token.Text; break;
            case TokenKind.Text: word = _token.Text.Trim(" ,.;:".ToCharArray()); break;
            case TokenKind.Command when _token.Text is "land" or "wedge" or "lor" or "vee": return _token.Text is "land" or "wedge" ? "and" : "or";
            case TokenKind.Sign when _token.Text == "&" && _matrixDepth == 0: return null;
            default: return null;
        }
        return word switch
        {
            "and" or "AND" or "And" or "und" or "et" or "y" when word != "y" || _token.Kind == TokenKind.Text => "and",
            "or" or "OR" or "Or" or "ou" or "oder" => "or",
            "和" or "与" or "以及" => "and",
            "或" or "或者" => "or",
            "both" or "Both" or "either" or "Either" => "both",
            _ => null,
        };
    }

    private Expr? ParseRelation()
    {
        if (++_depth > Budget.MaxDepth) { return Fail("nested too deeply"); }
        var first = ParseSetOperation();
        var result = first is null ? null : ParseChain(first);
        _depth--;
        return result;
    }

    /// <summary>What follows the first side (or a chain so far) of a relation.</summary>
    private Expr? ParseChain(Expr first)
    {
        List<Expr>? sides = null;
        List<RelationKind>? kinds = null;
        if (first is Relation begun) { (sides, kinds) = ([.. begun.Children], [.. begun.Kinds]); }
        while (TryRelation(out var kind))
        {
            Advance();
            // \approx with nothing after it, "x = ?" and the like are refused by what follows; "&=" alignment is dropped.
            if (_token.IsSign("&") && _matrixDepth == 0) { Advance(); }
            var side = ParseSetOperation();
            if (side is null) { return null; }
            (sides ??= [first]).Add(side);
            (kinds ??= []).Add(kind);
            if (sides.Count > 64) { return Fail("a chain of too many relations"); }
        }
        return sides is null ? first : new Relation(sides, kinds!);
    }

    private bool TryRelation(out RelationKind kind)
    {
        kind = default;
        if (_token.IsSign("&") && _matrixDepth == 0)
        {
            // Alignment: "a &= b".
            var next = _lexer.Read(_token.End, _commaSeparates);
            if (next.Kind is TokenKind.Sign or TokenKind.Command && Vocabulary.Relations.ContainsKey(next.Text)) { Advance(); }
        }
        if (_token.Kind == TokenKind.Command && _token.Text == "not")
        {
            var next = _lexer.Read(_token.End, _commaSeparates);
            if (next.IsSign("=")) { Advance(); kind = RelationKind.NotEqual; return true; }
            if (next.IsCommand("in")) { Advance(); kind = RelationKind.NotElementOf; return true; }
            return false;
        }
        return _token.Kind is TokenKind.Sign or TokenKind.Command && Vocabulary.Relations.TryGetValue(_token.Text, out kind);
    }

    private Expr? ParseSetOperation()
    {
        var left = ParseSum();
        while (left is not null && TrySetOperator() is { } operation)
        {
            Advance();
            var right = ParseSum();
            left = right is null ? null : new SetOperation(operation, left, right);
        }
        return left;
    }

    private SetOperator? TrySetOperator() => _token.Kind switch
    {
        TokenKind.Command when _token.Text is "cup" or "bigcup" => SetOperator.Union,
        TokenKind.Command when _token.Text is "cap" or "bigcap" => SetOperator.Intersection,
        TokenKind.Command when _token.Text is "setminus" or "backslash" or "smallsetminus" => SetOperator.Difference,
        TokenKind.Letters when _token.Text is "union" or "U" && _token.SpaceBefore && FollowedByBracket() => SetOperator.Union,
        _ => null,
    };

    /// <summary>"(0,1) U (2,3)": a capital U between brackets is the union sign of a plain keyboard.</summary>
    private bool FollowedByBracket() => _lexer.Read(_token.End, _commaSeparates) is { Kind: TokenKind.Sign, Text: "(" or "[" or "{" or "\\{" };
}
