using System.Globalization;
using System.Numerics;
using Aha.Templates.Values;

namespace Aha.Templates.Syntax;

/// <summary>Expressions, by recursive descent in Jinja's order of precedence: <c>if else</c>, or, and, not, comparisons, + -, ~, * / // %, **, signs, then postfixes, filters and tests.</summary>
internal sealed class ExpressionParser(TokenStream tokens, Action<string> nameSeen)
{
    private static readonly string[] s_comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <param name="conditional">Whether <c>a if b else c</c> may stand here; a loop's <c>if</c> must not be taken for one.</param>
    public Expression Parse(bool conditional = true) => tokens.Deeper(() => conditional ? ParseConditional() : ParseOr());

    /// <summary>An expression, or several with commas between: a tuple.</summary>
    /// <param name="end">A name that ends it, as <c>recursive</c> does.</param>
    /// <param name="parenthesised">Whether parentheses surround it; then it may be empty.</param>
    public Expression ParseTuple(bool conditional = true, string? end = null, bool parenthesised = false)
    {
        Position at = tokens.Current.At;
        var items = new List<Expression>();
        bool isTuple = false;
        while (!EndsTuple(end))
        {
            items.Add(Parse(conditional));
            if (!tokens.SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple || (items.Count == 0 && parenthesised) ? new TupleDisplay(items, at)
            : items.Count == 1 ? items[0]
            : throw tokens.Unexpected("an expression");
    }

    /// <summary>Filters behind a value: <c>| trim | upper</c>.</summary>
    public IReadOnlyList<FilterCall> ParseFilters()
    {
        var filters = new List<FilterCall>();
        while (tokens.SkipOperator("|"))
        {
            filters.Add(ParseFilter());
        }

        return filters;
    }

    public FilterCall ParseFilter()
    {
        Token name = tokens.ExpectName();
        return new FilterCall(name.Text, tokens.IsOperator("(") ? ParseArguments() : CallArguments.None, name.At);
    }

    private bool EndsTuple(string? end) =>
        tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || tokens.IsOperator(")") || (end is not null && tokens.IsName(end));

    private Expression ParseConditional()
    {
        Expression value = ParseOr();
        while (tokens.IsName("if"))
        {
            Position at = tokens.Next().At;
            Expression condition = ParseOr();
            value = new Conditional(condition, value, tokens.SkipName("else") ? Parse() : null, at);
        }

        return value;
    }

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (tokens.IsName("or"))
        {
            Position at = tokens.Next().At;
            left = new Logical(false, left, ParseAnd(), at);
        }

        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (tokens.IsName("and"))
        {
            Position at = tokens.Next().At;
            left = new Logical(true, left, ParseNot(), at);
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!tokens.IsName("not"))
        {
            return ParseComparison();
        }

        Position at = tokens.Next().At;
        return new Negation(tokens.Deeper(ParseNot), at);
    }

    private Expression ParseComparison()
    {
        Expression first = ParseSum();
        var rest = new List<(string, Expression)>();
        Position at = tokens.Current.At;
        while (ComparisonOperator() is { } comparison)
        {
            rest.Add((comparison, ParseSum()));
        }

        return rest.Count == 0 ? first : new Comparison(first, rest, at);
    }

    private string? ComparisonOperator()
    {
        if (tokens.Current.Kind == TokenKind.Operator && s_comparisons.Contains(tokens.Current.Text))
        {
            return tokens.Next().Text;
        }

        if (tokens.SkipName("in"))
        {
            return "in";
        }

        if (tokens.IsName("not") && tokens.Following.Is(TokenKind.Name, "in"))
        {
            tokens.Next();
            tokens.Next();
            return "not in";
        }

        return null;
    }

    private Expression ParseSum() => ParseBinary(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation()
    {
        Expression first = ParseProduct();
        if (!tokens.IsOperator("~"))
        {
            return first;
        }

        Position at = tokens.Current.At;
        List<Expression> items = [first];
        while (tokens.SkipOperator("~"))
        {
            items.Add(ParseProduct());
        }

        return new Concatenation(items, at);
    }

    private Expression ParseProduct() => ParseBinary(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseBinary(() => ParseUnary(withFilters: true), "**");

    private Expression ParseBinary(Func<Expression> operand, params ReadOnlySpan<string> operators)
    {
        Expression left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Text))
        {
            Token found = tokens.Next();
            left = new Arithmetic(found.Text, left, operand(), found.At);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Expression value;
        if (tokens.IsOperator("-") || tokens.IsOperator("+"))
        {
            Token sign = tokens.Next();
            value = new Signed(sign.Text[0], tokens.Deeper(() => ParseUnary(withFilters: false)), sign.At);
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfixes(value);
        return withFilters ? ParseFiltersAndTests(value) : value;
    }

    /// <summary>A name or a literal.</summary>
    public Expression ParsePrimary()
    {
        Token token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Next();
                return ParseName(token);
            case TokenKind.Text:
                return new Constant(new TextValue(ParseTexts()), token.At);
            case TokenKind.Integer or TokenKind.Float:
                tokens.Next();
                return new Constant(ParseNumber(token), token.At);
            case TokenKind.Operator when token.Text == "(":
                tokens.Next();
                Expression inner = ParseTuple(parenthesised: true);
                tokens.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                tokens.Next();
                return new ListDisplay(ParseItems("]", () => Parse()), token.At);
            case TokenKind.Operator when token.Text == "{":
                tokens.Next();
                return new DictDisplay(ParseItems("}", ParsePair), token.At);
            default:
                throw tokens.Unexpected("an expression");
        }
    }

    private Expression ParseName(Token token)
    {
        switch (token.Text)
        {
            case "true" or "True":
                return new Constant(BoolValue.True, token.At);
            case "false" or "False":
                return new Constant(BoolValue.False, token.At);
            case "none" or "None":
                return new Constant(NoneValue.None, token.At);
            default:
                nameSeen(token.Text);
                return new Name(token.Text, token.At);
        }
    }

    private string ParseTexts()
    {
        string text = tokens.Next().Text;
        while (tokens.Current.Kind == TokenKind.Text)
        {
            text += tokens.Next().Text;
        }

        return text;
    }

    private Value ParseNumber(Token token)
    {
        string digits = token.Text.Replace("_", "", StringComparison.Ordinal);
        if (token.Kind == TokenKind.Float)
        {
            return new FloatValue(double.Parse(digits, CultureInfo.InvariantCulture));
        }

        if (digits.Length > IntValue.MaxDigits)
        {
            throw tokens.Error(token.At, $"a number of {digits.Length} digits; {IntValue.MaxDigits} are allowed");
        }

        int radix = digits.Length > 1 && digits[0] == '0' ? digits[1] switch { 'b' or 'B' => 2, 'o' or 'O' => 8, 'x' or 'X' => 16, _ => 10 } : 10;
        return new IntValue(radix == 10
            ? BigInteger.Parse(digits, CultureInfo.InvariantCulture)
            : digits.Skip(2).Aggregate(BigInteger.Zero, (sum, digit) => (sum * radix) + Convert.ToInt32(digit.ToString(), 16)));
    }

    private (Expression, Expression) ParsePair()
    {
        Expression key = Parse();
        tokens.ExpectOperator(":");
        return (key, Parse());
    }

    private List<T> ParseItems<T>(string close, Func<T> parse)
    {
        var items = new List<T>();
        while (!tokens.SkipOperator(close))
        {
            items.Add(parse());
            if (!tokens.SkipOperator(",") && !tokens.IsOperator(close))
            {
                throw tokens.Unexpected($"',' or '{close}'");
            }
        }

        return items;
    }

    private Expression ParsePostfixes(Expression value)
    {
        while (tokens.Current is { Kind: TokenKind.Operator } token)
        {
            switch (token.Text)
            {
                case ".":
                    value = ParseAttribute(value);
                    break;
                case "[":
                    value = ParseSubscript(value);
                    break;
                case "(":
                    value = new Call(value, ParseArguments(), token.At);
                    break;
                default:
                    return value;
            }
        }

        return value;
    }

    private Expression ParseAttribute(Expression target)
    {
        Position at = tokens.Next().At;
        return tokens.Current.Kind switch
        {
            TokenKind.Name => new AttributeAccess(target, tokens.Next().Text, at),
            TokenKind.Integer => new Subscript(target, new Constant(ParseNumber(tokens.Next()), at), at),
            _ => throw tokens.Unexpected("a name or a number"),
        };
    }

    private Expression ParseSubscript(Expression target)
    {
        Position at = tokens.Next().At;
        Expression? start = tokens.IsOperator(":") ? null : ParseIndices(at);
        if (tokens.SkipOperator("]"))
        {
            return new Subscript(target, start!, at);
        }

        tokens.ExpectOperator(":");
        Expression? stop = tokens.IsOperator(":") || tokens.IsOperator("]") ? null : Parse();
        Expression? step = tokens.SkipOperator(":") && !tokens.IsOperator("]") ? Parse() : null;
        tokens.ExpectOperator("]");
        return new SliceAccess(target, start, stop, step, at);
    }

    private Expression ParseIndices(Position at)
    {
        Expression first = Parse();
        if (!tokens.SkipOperator(","))
        {
            return first;
        }

        List<Expression> items = [first];
        while (!tokens.IsOperator("]"))
        {
            items.Add(Parse());
            if (!tokens.SkipOperator(","))
            {
                break;
            }
        }

        return new TupleDisplay(items, at);
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.IsOperator("|"))
            {
                Position at = tokens.Next().At;
                value = new Filtered(value, ParseFilter(), at);
            }
            else if (tokens.IsName("is"))
            {
                value = ParseTest(value);
            }
            else if (tokens.IsOperator("("))
            {
                Position at = tokens.Current.At;
                value = new Call(value, ParseArguments(), at);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseTest(Expression operand)
    {
        Position at = tokens.Next().At;
        bool negated = tokens.SkipName("not");
        Token name = tokens.ExpectName();
        CallArguments arguments = CallArguments.None;
        if (tokens.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            arguments = new CallArguments([ParsePostfixes(ParsePrimary())], [], null, null);
        }

        var test = new Tested(operand, name.Text, arguments, name.At);
        return negated ? new Negation(test, at) : test;
    }

    private bool StartsTestArgument() => tokens.Current.Kind switch
    {
        TokenKind.Text or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => tokens.Current.Text is "[" or "{",
        TokenKind.Name when tokens.IsName("is") => throw tokens.Error(tokens.Current.At, "tests cannot be chained with 'is'"),
        TokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and"),
        _ => false,
    };

    private CallArguments ParseArguments()
    {
        Position at = tokens.ExpectOperator("(").At;
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? sequence = null, mapping = null;
        while (!tokens.SkipOperator(")"))
        {
            if (tokens.SkipOperator("*"))
            {
                Require(sequence is null && mapping is null, at);
                sequence = Parse();
            }
            else if (tokens.SkipOperator("**"))
            {
                Require(mapping is null, at);
                mapping = Parse();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is(TokenKind.Operator, "="))
            {
                Require(mapping is null, at);
                string name = tokens.Next().Text;
                tokens.Next();
                named.Add((name, Parse()));
            }
            else
            {
                Require(named.Count == 0 && sequence is null && mapping is null, at);
                positional.Add(Parse());
            }

            if (!tokens.SkipOperator(",") && !tokens.IsOperator(")"))
            {
                throw tokens.Unexpected("',' or ')'");
            }
        }

        return new CallArguments(positional, named, sequence, mapping);
    }

    private void Require(bool holds, Position at)
    {
        if (!holds)
        {
            throw tokens.Error(at, "arguments stand in the wrong order: first values, then name=value, then *list, then **dict");
        }
    }
}
