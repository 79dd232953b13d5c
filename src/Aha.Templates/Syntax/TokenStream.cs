using System.Runtime.CompilerServices;

namespace Aha.Templates.Syntax;

/// <summary>The tokens ahead of the parser, and the guard of its recursion.</summary>
internal sealed class TokenStream(SourceText source)
{
    /// <summary>Deepest nesting of expressions and blocks that is parsed.</summary>
    public const int MaxDepth = 200;

    private readonly IReadOnlyList<Token> _tokens = Lexer.Read(source);
    private int _at;
    private int _depth;

    public Token Current => _tokens[_at];

    public Token Following => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    public Token Next()
    {
        Token token = _tokens[_at];
        _at = Math.Min(_at + 1, _tokens.Count - 1);
        return token;
    }

    public bool IsName(string name) => Current.Is(TokenKind.Name, name);

    public bool IsOperator(string text) => Current.Is(TokenKind.Operator, text);

    public bool Skip(TokenKind kind, string text)
    {
        bool found = Current.Is(kind, text);
        if (found)
        {
            Next();
        }

        return found;
    }

    public bool SkipName(string name) => Skip(TokenKind.Name, name);

    public bool SkipOperator(string text) => Skip(TokenKind.Operator, text);

    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Unexpected(what);

    public Token ExpectName() => Expect(TokenKind.Name, "a name");

    public Token ExpectOperator(string text) => IsOperator(text) ? Next() : throw Unexpected($"'{text}'");

    public TemplateException Unexpected(string wanted) => Error(Current.At, $"expected {wanted}, got {Current.Describe()}");

    public TemplateException Error(Position at, string reason) => source.Error(at, reason);

    /// <summary>Parses one level deeper.</summary>
    public T Deeper<T>(Func<T> parse)
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Error(Current.At, $"nested more than {MaxDepth} levels deep");
        }

        T parsed = parse();
        _depth--;
        return parsed;
    }
}
