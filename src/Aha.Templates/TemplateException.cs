using Aha.Templates.Syntax;

namespace Aha.Templates;

/// <summary>
/// A template that cannot be parsed, or that failed while it rendered: a mistake in it, input it refuses (<c>raise_exception</c>), or more work than
/// <see cref="TemplateLimits"/> allow. The message is one line: template, line, column, reason.
/// </summary>
public sealed class TemplateException : Exception
{
    /// <summary>A failure whose place is not known yet; the evaluator adds it.</summary>
    internal TemplateException(string reason)
        : base(reason) => Reason = reason;

    internal TemplateException(string source, Position at, string reason)
        : base($"{source}, line {at.Line}, column {at.Column}: {OneLine(reason)}") => (Reason, Line, Column) = (reason, at.Line, at.Column);

    internal TemplateException(string message, Exception inner)
        : base(message, inner) => Reason = message;

    /// <summary>What was wrong, without the place; a template's own words where it called <c>raise_exception</c>.</summary>
    public string Reason { get; }

    /// <summary>The line, from 1; 0 where the failure has no place in a template's source.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 units, from 1; 0 where the failure has no place in a template's source.</summary>
    public int Column { get; }

    private static string OneLine(string reason) => reason.ReplaceLineEndings(" ");
}
