namespace Aha.Templates.Syntax;

/// <summary>Statements: what stands between <c>{%</c> and <c>%}</c>, and the text between them.</summary>
internal sealed class Parser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;

    // Names that the bodies of the macros around the current place refer to, innermost last.
    private readonly Stack<HashSet<string>> _macroNames = new();
    private int _loops;

    private Parser(SourceText source)
    {
        _tokens = new TokenStream(source);
        _expressions = new ExpressionParser(_tokens, name =>
        {
            foreach (HashSet<string> names in _macroNames)
            {
                names.Add(name);
            }
        });
    }

    /// <exception cref="TemplateException">The source is not a template; the message names line and column.</exception>
    public static IReadOnlyList<Statement> Parse(SourceText source)
    {
        var parser = new Parser(source);
        IReadOnlyList<Statement> statements = parser.ParseUntil([]);
        return parser._tokens.Current.Kind == TokenKind.End ? statements : throw parser._tokens.Unexpected("the end of the template");
    }

    // Reads statements up to a tag with one of the names; that name is the current token afterwards.
    private List<Statement> ParseUntil(string[] ends)
    {
        var statements = new List<Statement>();
        while (true)
        {
            Token token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new Data(token.Text, token.At));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new Print(_expressions.ParseTuple(), token.At));
                    _tokens.Expect(TokenKind.VariableEnd, "'}}'");
                    break;
                case TokenKind.BlockBegin when _tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text):
                    return statements;
                case TokenKind.BlockBegin:
                    statements.AddRange(_tokens.Deeper(ParseStatement));
                    _tokens.Expect(TokenKind.BlockEnd, "'%}'");
                    break;
                case TokenKind.End when ends.Length == 0:
                    return statements;
                default:
                    throw _tokens.Error(token.At, $"the template ends where {string.Join(" or ", ends.Select(e => $"{{% {e} %}}"))} was expected");
            }
        }
    }

    private List<Statement> ParseBody(params string[] ends)
    {
        _tokens.SkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd, "'%}'");
        return ParseUntil(ends);
    }

    private List<Statement> ParseBodyAndEnd(string end)
    {
        List<Statement> body = ParseBody(end);
        _tokens.Next();
        return body;
    }

    private IReadOnlyList<Statement> ParseStatement()
    {
        Token tag = _tokens.Expect(TokenKind.Name, "the name of a tag");
        switch (tag.Text)
        {
            case "if":
                return [ParseIf(tag.At)];
            case "for":
                return [ParseFor(tag.At)];
            case "set":
                return [ParseSet(tag.At)];
            case "macro":
                return [new MacroDefinition(ParseMacro(_tokens.ExpectName().Text, "endmacro"), tag.At)];
            case "call":
                return [ParseCall(tag.At)];
            case "filter":
                FilterCall first = _expressions.ParseFilter();
                return [new FilterBlock([first, .. _expressions.ParseFilters()], ParseBodyAndEnd("endfilter"), tag.At)];
            case "with":
                return [ParseWith(tag.At)];
            case "generation":
                return [new Generation(ParseBodyAndEnd("endgeneration"), tag.At)];
            case "print":
                return [.. ParsePrint(tag.At)];
            case "break" or "continue" when _loops > 0:
                return [new LoopControl(tag.Text == "break", tag.At)];
            case "break" or "continue":
                throw _tokens.Error(tag.At, $"'{tag.Text}' outside of a loop");
            case "block" or "extends" or "include" or "import" or "from" or "autoescape":
                throw _tokens.Error(tag.At, $"'{tag.Text}' joins several files; a chat template is one, and may not use it");
            default:
                throw _tokens.Error(tag.At, $"unknown tag '{tag.Text}'");
        }
    }

    private If ParseIf(Position at)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        string end;
        do
        {
            Expression condition = _expressions.ParseTuple(conditional: false);
            branches.Add((condition, ParseBody("elif", "else", "endif")));
            end = _tokens.Next().Text;
        }
        while (end == "elif");
        return new If(branches, end == "else" ? ParseBodyAndEnd("endif") : [], at);
    }

    private For ParseFor(Position at)
    {
        Target target = ParseTarget("in", namespaces: false);
        if (Names(target).Contains("loop"))
        {
            throw _tokens.Error(target.At, "'loop' is the loop's own variable and cannot be its target");
        }

        if (!_tokens.SkipName("in"))
        {
            throw _tokens.Unexpected("'in'");
        }

        Expression items = _expressions.ParseTuple(conditional: false, end: "recursive");
        Expression? condition = _tokens.SkipName("if") ? _expressions.Parse() : null;
        bool recursive = _tokens.SkipName("recursive");
        _loops++;
        List<Statement> body = ParseBody("endfor", "else");
        _loops--;
        return new For(target, items, condition, recursive, body, _tokens.Next().Text == "else" ? ParseBodyAndEnd("endfor") : [], at);
    }

    private Statement ParseSet(Position at)
    {
        Target target = ParseTarget(null, namespaces: true);
        if (_tokens.SkipOperator("="))
        {
            return new Assignment(target, _expressions.ParseTuple(), at);
        }

        IReadOnlyList<FilterCall> filters = _expressions.ParseFilters();
        return new BlockAssignment(target, filters, ParseBodyAndEnd("endset"), at);
    }

    private CallBlock ParseCall(Position at)
    {
        IReadOnlyList<(string, Expression?)> parameters = _tokens.IsOperator("(") ? ParseParameters() : [];
        Position expression = _tokens.Current.At;
        if (_expressions.Parse() is not Call call)
        {
            throw _tokens.Error(expression, "'call' needs a call, for example {% call list_of(items) %}");
        }

        return new CallBlock(call, ParseMacroBody("caller", parameters, "endcall"), at);
    }

    private With ParseWith(Position at)
    {
        var assignments = new List<(Target, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            Token name = _tokens.ExpectName();
            _tokens.ExpectOperator("=");
            assignments.Add((new NameTarget(name.Text, name.At), _expressions.Parse()));
        }

        return new With(assignments, ParseBodyAndEnd("endwith"), at);
    }

    private IEnumerable<Print> ParsePrint(Position at)
    {
        do
        {
            yield return new Print(_expressions.Parse(), at);
        }
        while (_tokens.SkipOperator(","));
    }

    private Macro ParseMacro(string name, string end) => ParseMacroBody(name, ParseParameters(), end);

    private Macro ParseMacroBody(string name, IReadOnlyList<(string, Expression?)> parameters, string end)
    {
        // A loop around the definition is not one around the body.
        int loops = _loops;
        _loops = 0;
        _macroNames.Push([]);
        List<Statement> body = ParseBodyAndEnd(end);
        HashSet<string> names = _macroNames.Pop();
        _loops = loops;
        return new Macro(name, parameters, body, names.Contains("caller"), names.Contains("varargs"), names.Contains("kwargs"));
    }

    private List<(string, Expression?)> ParseParameters()
    {
        _tokens.ExpectOperator("(");
        var parameters = new List<(string, Expression?)>();
        while (!_tokens.SkipOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            Token name = _tokens.ExpectName();
            Expression? value = _tokens.SkipOperator("=") ? _expressions.Parse() : null;
            if (value is null && parameters.Count > 0 && parameters[^1].Item2 is not null)
            {
                throw _tokens.Error(name.At, $"parameter '{name.Text}' has no default, but stands behind one that has");
            }

            parameters.Add((name.Text, value));
        }

        return parameters;
    }

    private Target ParseTarget(string? end, bool namespaces)
    {
        Position at = _tokens.Current.At;
        var items = new List<Target>();
        bool isTuple = false;
        do
        {
            if (items.Count > 0 && (_tokens.Current.Kind == TokenKind.BlockEnd || _tokens.IsOperator("=") || (end is not null && _tokens.IsName(end)) || _tokens.IsOperator(")")))
            {
                break;
            }

            items.Add(ParseSingleTarget(namespaces));
        }
        while (_tokens.SkipOperator(",") && (isTuple = true));
        return isTuple ? new TupleTarget(items, at) : items[0];
    }

    private Target ParseSingleTarget(bool namespaces)
    {
        if (_tokens.SkipOperator("("))
        {
            Target inner = _tokens.Deeper(() => ParseTarget(null, namespaces));
            _tokens.ExpectOperator(")");
            return inner;
        }

        Token name = _tokens.ExpectName();
        if (name.Text is "true" or "True" or "false" or "False" or "none" or "None")
        {
            throw _tokens.Error(name.At, $"'{name.Text}' cannot be assigned to");
        }

        return namespaces && _tokens.SkipOperator(".")
            ? new NamespaceTarget(name.Text, _tokens.ExpectName().Text, name.At)
            : new NameTarget(name.Text, name.At);
    }

    private static IEnumerable<string> Names(Target target) => target switch
    {
        NameTarget name => [name.Name],
        TupleTarget tuple => tuple.Items.SelectMany(Names),
        _ => [],
    };
}
