using System.Text.Json;
using Aha.Templates;

namespace Aha.Tests.Templates;

/// <summary>Every failure says where it happened.</summary>
public class TemplateErrorTests
{
    private static readonly Dictionary<string, JsonElement> s_variables = new() { ["message"] = JsonSerializer.SerializeToElement(new { role = "user" }) };

    [Theory]
    [InlineData("a\n  {{ message.content.strip() }}", 2, 21, "'dict object' has no attribute 'content'")]
    [InlineData("a\r\nb{{ 'x' + 1 }}", 2, 9, "can only concatenate str (not \"int\") to str")]
    [InlineData("{{ 1 }}\n{% foo %}", 2, 4, "unknown tag 'foo'")]
    [InlineData("{% if a %}\n\n  x", 3, 4, "{% endif %}")]
    [InlineData("{{ a", 1, 1, "'}}' is missing")]
    [InlineData("{{ (1] }}", 1, 6, "expected ')'")]
    [InlineData("x {# y", 1, 3, "comment")]
    [InlineData("{{ 'abc }}", 1, 4, "string")]
    [InlineData("{{ 1 | nofilter }}", 1, 8, "there is no filter 'nofilter'")]
    [InlineData("{{ 1 is notest }}", 1, 9, "there is no test 'notest'")]
    [InlineData("{{ none | length }}", 1, 11, "object of type 'NoneType' has no len()")]
    [InlineData("{% for a, b in [[1]] %}{% endfor %}", 1, 8, "not enough values to unpack (expected 2, got 1)")]
    [InlineData("{% macro f(a) %}\n{{ a.b.c }}{% endmacro %}\n{{ f({}) }}", 2, 7, "'dict object' has no attribute 'b'")]
    [InlineData("{{ raise_exception('roles\nmust alternate') }}", 1, 19, "roles must alternate")]
    [InlineData("{% include 'x' %}", 1, 4, "include")]
    public void TheMessageNamesLineAndColumn(string text, int line, int column, string reason)
    {
        TemplateException e = Assert.Throws<TemplateException>(() => Template.Parse(text).Render(s_variables));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (e.Line, e.Column));
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void InputMustNotBeChanged()
    {
        var messages = new Dictionary<string, JsonElement> { ["messages"] = JsonSerializer.SerializeToElement(new[] { 1 }) };
        Assert.Throws<TemplateException>(() => Template.Parse("{{ messages.append(2) }}").Render(messages));
        Assert.Equal("[1, 2]", Template.Parse("{% set own = [1] %}{% set _ = own.append(2) %}{{ own }}").Render(messages).Text);
    }

    [Fact]
    public void NothingOfTheRuntimeCanBeReached()
    {
        foreach (string path in (string[])["''.__class__", "message.__init__", "raise_exception.__globals__", "loop.__class__", "''.GetType", "message.GetType", "[].Length", "namespace().__dict__"])
        {
            string text = Template.Parse($"{{% for x in [1] %}}{{{{ {path} is defined }}}}{{% endfor %}}").Render(s_variables).Text;
            Assert.Equal("False", text);
        }
    }
}
