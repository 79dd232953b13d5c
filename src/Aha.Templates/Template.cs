using System.Text.Json;
using Aha.Templates.Evaluation;
using Aha.Templates.Syntax;
using Aha.Templates.Values;

namespace Aha.Templates;

/// <summary>
/// A Jinja2 template as chat templates use the language: with <c>trim_blocks</c> and <c>lstrip_blocks</c>, loop controls, <c>{% generation %}</c>, and Python's meaning of
/// values. It sees nothing but the variables it is given. Immutable and thread-safe.
/// </summary>
public sealed class Template
{
    private readonly SourceText _source;
    private readonly IReadOnlyList<Statement> _statements;

    private Template(SourceText source, string text) => (_source, _statements, Text) = (source, Parser.Parse(source), text);

    /// <summary>The template's source as it was given.</summary>
    public string Text { get; }

    /// <param name="name">What error messages call it.</param>
    /// <exception cref="TemplateException">The text is not a template; the message names line and column.</exception>
    public static Template Parse(string text, string name = "template") => new(new SourceText(text, name), text);

    /// <param name="variables">What the template sees, as JSON.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; null takes the system's.</param>
    /// <exception cref="TemplateException">It failed, refused its input, or went over its limits.</exception>
    public RenderedTemplate Render(IReadOnlyDictionary<string, JsonElement> variables, TemplateLimits? limits = null, TimeProvider? time = null) => Evaluator.Run(
        _source, _statements, variables.ToDictionary(v => v.Key, v => PythonJson.Read(v.Value)), limits ?? TemplateLimits.Default, time ?? TimeProvider.System);
}
