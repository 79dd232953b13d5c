using System.Text.Json;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha template</c> through the real command line.</summary>
public class TemplateCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Fact]
    public void EveryLineIsRenderedOrSaysWhyNot()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("chat_template.jinja"), "{% for m in messages %}{% if m.role == 'x' %}{{ raise_exception('no x') }}{% endif %}[{{ m.content }}{{ mood }}]{% endfor %}{% generation %}😀{% endgeneration %}");
        File.WriteAllText(folder.File("in.jsonl"), """
            {"id": 7, "messages": [{"role": "user", "content": "é<"}], "mood": "!"}
            {"messages": [{"role": "x", "content": ""}]}
            {"messages": 1}
            """ + "\n");
        using AhaProcess aha = AhaProcess.Start(folder.Path, "template", "--model", ".", "--input", "in.jsonl", "--generation");
        Assert.True(aha.Wait(s_limit) == 0, aha.Errors);
        JsonElement[] rows = [.. aha.Output.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(3, rows.Length);
        Assert.Equal((7, "[é<!]😀"), (rows[0].GetProperty("id").GetInt32(), rows[0].GetProperty("text").GetString()));
        Assert.Equal("[[5,7]]", rows[0].GetProperty("generation").GetRawText());
        Assert.Contains("no x", rows[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("list of objects", rows[2].GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
