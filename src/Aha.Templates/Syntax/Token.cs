namespace Aha.Templates.Syntax;

internal enum TokenKind
{
    /// <summary>Text outside of tags.</summary>
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}

/// <param name="Text">The name, the operator, the number's digits, or the text with its escapes resolved.</param>
internal readonly record struct Token(TokenKind Kind, string Text, Position At)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    /// <summary>How an error message calls it.</summary>
    public string Describe() => Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.VariableBegin => "'{{'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.Data => "text",
        TokenKind.Text => "a string",
        _ => $"'{Text}'",
    };
}
