namespace Aha.Templates;

/// <summary>
/// What one rendering may use. Templates come from the internet: a hostile one ends with a <see cref="TemplateException"/> and neither hangs nor
/// fills the memory. Work is counted, not timed, so that the same input ends the same way on every machine.
/// </summary>
public sealed record TemplateLimits
{
    public static TemplateLimits Default { get; } = new();

    /// <summary>Steps of evaluation; the templates of the field take some hundred a message, ten million take about a second.</summary>
    public long Steps { get; init; } = 20_000_000;

    /// <summary>Characters and list elements made on the way, over the whole rendering, output included. It bounds the memory: 2 bytes a character, 16 an element.</summary>
    public long Allocation { get; init; } = 128_000_000;

    /// <summary>Nested evaluations: expressions in expressions, statements in statements, macros in macros.</summary>
    public int Depth { get; init; } = 400;
}
