using System.Text.Json;
using Aha.Templates;

namespace Aha.Tests.Templates;

/// <summary>Templates come from the internet: whatever they hold, rendering ends, with a text or with a <see cref="TemplateException"/>.</summary>
public class TemplateBoundsTests
{
    // A thousandth of what a rendering may use by default: the bound is the same, the test quicker.
    private static readonly TemplateLimits s_small = new() { Steps = 200_000, Allocation = 1_000_000 };

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}xxxxxxxxxxxxxxxxxxxx{% endfor %}{% endfor %}")]
    [InlineData("{{ 'x' * 999999999 }}")]
    [InlineData("{{ 'x' * 99999999999999999999 }}")]
    [InlineData("{{ [1] * 999999999 }}")]
    [InlineData("{{ 9 ** 9 ** 9 ** 9 ** 9 }}")]
    [InlineData("{{ (-9) ** 999999999999999999999 }}")]
    [InlineData("{{ range(99999999999999) }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ '{:999999999}'.format(1) }}")]
    [InlineData("{{ 'a'.center(999999999) }}")]
    [InlineData("{{ 'a' | indent(999999999) | indent(' ' * 999999) }}")]
    [InlineData("{{ [1, [2, [3]]] | tojson(indent=' ' * 999999) }}")]
    [InlineData("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}")]
    [InlineData("{% set ns = namespace(x='x') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}")]
    [InlineData("{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}")]
    [InlineData("{% set ns = namespace(x=(1,), y=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% set ns.y = (ns.y, ns.y) %}{% endfor %}{{ ns.x < ns.y }}")]
    [InlineData("{% set ns = namespace(x=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}")]
    [InlineData("{% set x = [] %}{% set _ = x.append(x) %}{{ x }}")]
    [InlineData("{% set x = [] %}{% set _ = x.append(x) %}{{ x | tojson }}")]
    [InlineData("{% set x = [] %}{% set y = [] %}{% set _ = x.append(y) %}{% set _ = y.append(x) %}{{ x == y }}")]
    [InlineData("{% set x = [1] %}{% for i in range(9) %}{% for j in x %}{% set _ = x.append(1) %}{% endfor %}{% endfor %}{{ x | map('string') | join }}{{ x.append(x) }}{{ x | sort }}")]
    [InlineData("{% set ns = namespace(x=range(3)) %}{% for i in range(99999) %}{% set ns.x = ns.x | map('string') %}{% endfor %}{{ ns.x | list }}")]
    [InlineData("{% set a = 'a' * 90000 %}{% for i in range(99999) %}{{ a in a }}{% endfor %}")]
    [InlineData("{% set a = 'a' * 90000 %}{% set b = a[1:] ~ 'b' %}{% for i in range(9999) %}{{ a.find(b[40000:]) }}{% endfor %}")]
    [InlineData("{% set a = 'a' * 90000 %}{% set d = {a: 1} %}{% for i in range(99999) %}{% set _ = d[a] %}{% endfor %}")]
    [InlineData("{% set a = 'a' * 90000 %}{{ a.replace('', a) }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{{ cycler.__call__ }}{{ 1 / 0 }}")]
    public void BombsAreDefused(string text) => Assert.Throws<TemplateException>(() => Template.Parse(text).Render(new Dictionary<string, JsonElement>(), s_small));

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("{1:", "}")]
    [InlineData("f(", ")")]
    [InlineData("1 if 1 else ", "")]
    public void DeepExpressionsAreRefusedNotOverflown(string open, string close)
    {
        string text = "{{ " + string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000)) + " }}";
        Assert.Contains("nested", Assert.Throws<TemplateException>(() => Template.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DeepBlocksAndLongChainsAreRefusedNotOverflown()
    {
        string blocks = string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000));
        Assert.Throws<TemplateException>(() => Template.Parse(blocks));
        string chain = "{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 100_000)) + " }}";
        Assert.Contains("nested", Assert.Throws<TemplateException>(() => Template.Parse(chain).Render(new Dictionary<string, JsonElement>())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALongConversationStaysWithinTheDefaultLimits()
    {
        string content = new('x', 2000);
        ChatMessage[] messages = [.. Enumerable.Range(0, 2000).Select(i => new ChatMessage(i % 2 == 0 ? "user" : "assistant", content))];
        ChatTemplate template = ChatTemplate.Parse("{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] | trim + eos_token }}{% endfor %}", eosToken: "</s>");
        Assert.True(template.Render(ChatRequest.Of(messages)).Text.Length > 4_000_000);
    }

    private static readonly string[] s_pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{{-", "-}}", " ", "\n", "if", "else", "elif", "endif", "for", "in", "endfor", "set", "endset", "macro", "endmacro", "call", "endcall",
        "filter", "endfilter", "with", "endwith", "generation", "endgeneration", "raw", "endraw", "break", "continue", "recursive", "is", "not", "and", "or", "x", "messages", "loop", "namespace",
        "range", "caller", "|", "(", ")", "[", "]", "{", "}", ".", ",", ":", "=", "==", "+", "-", "*", "**", "/", "//", "%", "~", "<", "'a'", "\"b\"", "'", "1", "2.5", "0x", "length", "join",
        "map", "select", "tojson", "defined", "none", "true", "items", "split", "strip", "format", "\\", "é", "😀", "\ud83d", "@",
    ];

    [Fact]
    public void AnyTextRendersOrIsRefused()
    {
        Gen<string> soup = Gen.OneOf(s_pieces).Array[0, 40].Select(parts => string.Concat(parts));
        soup.Sample(Render, iter: 20_000);
        Gen.String[0, 60].Sample(Render, iter: 2_000);
    }

    [Fact]
    public void AnyExpressionRendersOrIsRefused()
    {
        Gen<string> atom = Gen.OneOf("x", "messages", "messages[0].role", "1", "-1", "2.5", "'a b'", "''", "none", "true", "[]", "[3, 1]", "{'a': 1}", "(1, 2)", "range(3)", "namespace(a=1)", "'😀'", "raise_exception");
        Gen<string> filter = Gen.OneOf([.. "abs,attr('a'),batch(2),capitalize,center,count,default(1),dictsort,escape,first,float,format(1),groupby('a'),indent,int,items,join,last,length,list,lower,map('upper'),map(attribute='a'),max,min,reject,replace('a','b'),reverse,round,safe,select,selectattr('a'),slice(2),sort,string,sum,title,tojson,trim,truncate(3),unique,upper,wordcount".Split(',')]);
        Gen<string> method = Gen.OneOf([.. "strip(),split(),split('a'),get('a'),items(),keys(),upper(),join([1]),find('a'),count('a'),index(1),append(1),pop(),format(1),zfill(3),splitlines(),role,__class__".Split(',')]);
        Gen<string> binary = Gen.OneOf("+", "-", "*", "/", "//", "%", "**", "~", "==", "<", "in", "not in", "and", "or", "is", "is not");
        Gen<string> expression = Gen.Recursive<string>((depth, inner) => depth > 3 ? atom : Gen.OneOf(
            atom,
            Gen.Select(inner, filter, (e, f) => $"({e}) | {f}"),
            Gen.Select(inner, method, (e, m) => $"({e}).{m}"),
            Gen.Select(inner, binary, inner, (a, o, b) => $"({a}) {o} ({b})"),
            Gen.Select(inner, inner, (a, b) => $"({a})[{b}:{b}]"),
            Gen.Select(inner, inner, (a, b) => $"({a})[{b}]"),
            Gen.Select(inner, inner, inner, (a, b, c) => $"({a}) if ({b}) else ({c})")));
        expression.Sample(e => Render($"{{{{ {e} }}}}{{% for a in {e} %}}{{{{ a }}}}{{% endfor %}}"), iter: 10_000);
    }

    private static void Render(string text)
    {
        try
        {
            Template.Parse(text).Render(new Dictionary<string, JsonElement> { ["messages"] = JsonSerializer.SerializeToElement(new[] { new { role = "user", content = "a<b" } }) }, s_small);
        }
        catch (TemplateException e)
        {
            Assert.True(e.Line > 0, e.Message);
        }
    }
}
