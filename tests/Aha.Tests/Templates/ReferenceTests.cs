using System.Text.Json;
using Aha.Templates;
using Aha.Tests.Models;

namespace Aha.Tests.Templates;

/// <summary>
/// Small templates, each for one thing of the language, against Jinja2 3.1.6 set up as transformers sets it up. The first line of the file holds the variables, every further
/// one a template with the text the reference renders, or the kind of error it raises.
/// </summary>
public class ReferenceTests
{
    [Fact]
    public void EveryTemplateRendersAsInTheReference()
    {
        string[] lines = File.ReadAllLines(Path.Combine(GoldenFiles.Root, "templates", "jinja2-3.1.6.jsonl"));
        Dictionary<string, JsonElement> variables = JsonDocument.Parse(lines[0]).RootElement.GetProperty("variables").EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        var wrong = new List<string>();
        foreach (string line in lines.Skip(1))
        {
            JsonElement row = JsonDocument.Parse(line).RootElement;
            string text = row.GetProperty("template").GetString()!;
            string? expected = row.TryGetProperty("text", out JsonElement rendered) ? rendered.GetString() : null;
            string? actual;
            try
            {
                actual = Template.Parse(text).Render(variables).Text;
            }
            catch (TemplateException e)
            {
                Assert.True(e.Line > 0 && e.Column > 0, $"{text}: {e.Message}");
                Assert.DoesNotContain('\n', e.Message);
                actual = null;
            }

            if (actual != expected)
            {
                wrong.Add($"{text}\n  expected {expected ?? "an error"}\n  got      {actual ?? "an error"}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(lines.Length > 800);
    }
}
