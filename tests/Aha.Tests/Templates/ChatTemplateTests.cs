using System.Text.Json;
using Aha.Evaluation;
using Aha.Tasks;
using Aha.Templates;
using Aha.Tests.Cli;
using Aha.Tokenization;

namespace Aha.Tests.Templates;

/// <summary>Chat templates as the rest of the program uses them.</summary>
public class ChatTemplateTests
{
    private const string Marked = "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}</s>{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}";

    [Fact]
    public void GenerationSpansAreWhatTheAssistantSaid()
    {
        Gen<ChatMessage[]> conversations = Gen.Select(Gen.OneOf("user", "assistant", "system"), Gen.String[0, 12].Where(s => s.All(c => !char.IsSurrogate(c))), (role, content) => new ChatMessage(role, content)).Array[0, 8];
        ChatTemplate template = ChatTemplate.Parse(Marked);
        conversations.Sample(
            messages =>
            {
                RenderedTemplate rendered = template.Render(ChatRequest.Of(messages));
                string[] spans = [.. rendered.Generation!.Select(s => rendered.Text[s.Start..s.End])];
                Assert.Equal(messages.Where(m => m.Role == "assistant").Select(m => m.Content + "</s>"), spans);
            },
            iter: 500);
    }

    [Fact]
    public void GenerationInAMacroHasNoPlace()
    {
        Assert.Empty(Template.Parse("no").Render(new Dictionary<string, JsonElement>()).Generation!);
        RenderedTemplate rendered = Template.Parse("{% macro f() %}{% generation %}a{% endgeneration %}{% endmacro %}b{{ f() }}").Render(new Dictionary<string, JsonElement>());
        Assert.Equal(("ba", null), (rendered.Text, rendered.Generation));
    }

    [Fact]
    public void TheClockIsGiven()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromDays(45) + TimeSpan.FromHours(3));
        Template template = Template.Parse("{{ strftime_now('%d %b %Y|%Y-%m-%d|%A, %B %-d|%H:%M:%S %p|%j|%y|%%') }}");
        Assert.Equal("15 Feb 1970|1970-02-15|Sunday, February 15|03:00:00 AM|046|70|%", template.Render(new Dictionary<string, JsonElement>(), time: time).Text);
    }

    [Fact]
    public void FoldersAreReadInTransformersOrder()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(ChatTemplate.TryLoad(folder.Path));
        Assert.Contains("no chat template", Assert.Throws<TemplateException>(() => ChatTemplate.Load(folder.Path)).Message, StringComparison.Ordinal);

        File.WriteAllText(folder.File("tokenizer_config.json"), """
            {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "unk_token": null, "add_bos_token": true,
             "chat_template": [{"name": "default", "template": "{{ bos_token }}plain{{ unk_token is defined }}{{ add_bos_token is defined }}"}, {"name": "tool_use", "template": "tools{{ eos_token }}"}]}
            """);
        ChatRequest request = ChatRequest.Of();
        Assert.Equal("<s>plainFalseFalse", ChatTemplate.Load(folder.Path).Render(request).Text);
        ChatRequest withTools = request with { Tools = JsonSerializer.SerializeToElement(new[] { 1 }) };
        Assert.Equal("tools</s>", ChatTemplate.Load(folder.Path).Render(withTools).Text);

        File.WriteAllText(folder.File("chat_template.jinja"), "file {{ eos_token }}");
        Assert.Equal("file </s>", ChatTemplate.Load(folder.Path).Render(withTools).Text);
    }

    [Fact]
    public void NamedTemplatesSurviveSaving()
    {
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"chat_template": [{"name": "default", "template": "a\n"}, {"name": "tool_use", "template": "b"}]}""");
        ChatTemplate.Load(folder.Path).Save(copy.Path);
        ChatTemplate again = ChatTemplate.Load(copy.Path);
        Assert.Equal("a\n", again.Text);
        Assert.Equal("b", again.Render(ChatRequest.Of() with { Tools = JsonSerializer.SerializeToElement(new[] { 1 }) }).Text);
    }

    [Theory]
    [InlineData("""{"chat_template": "{% if %}"}""", "line 1, column 7")]
    [InlineData("""{"chat_template": 5}""", "neither a text nor a list")]
    [InlineData("""{"chat_template": [{"name": "other", "template": "x"}]}""", "default")]
    [InlineData("""{"chat_template": """, "not JSON")]
    public void ABadFileIsNamed(string config, string reason)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer_config.json"), config);
        TemplateException e = Assert.Throws<TemplateException>(() => ChatTemplate.Load(folder.Path));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer_config.json", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "messages")]
    [InlineData("""{"messages": "hi"}""", "list of objects")]
    [InlineData("""{"messages": [1]}""", "list of objects")]
    [InlineData("""{"messages": [], "add_generation_prompt": 1}""", "true or false")]
    public void ABadRequestIsNamed(string row, string reason) =>
        Assert.Contains(reason, Assert.Throws<TemplateException>(() => ChatRequest.FromJson(JsonDocument.Parse(row).RootElement)).Message, StringComparison.Ordinal);

    [Fact]
    public void AChatPromptIsOneUserMessageAndItsTokensAreTheTemplates()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ bos_token }}{% for m in messages %} {{ m.role }} : {{ m.content }}{% endfor %}{% if add_generation_prompt %} assistant :{% endif %}", bosToken: WordTokenizer.Begin);
        var tokenizer = new WordTokenizer(["user", "system", "assistant", ":", "what", "be", "brief"]);
        IPromptRenderer chat = PromptRenderers.Named("chat", null, template);
        Assert.Equal("<bos> user : what assistant :", chat.Render("what"));

        // The same ids as a plain template gives, which leaves the beginning to the tokenizer.
        int[] plain = tokenizer.EncodePrompt(PromptRenderers.Named("user : {prompt} assistant :", null, null), "what");
        Assert.Equal(plain, tokenizer.EncodePrompt(chat, "what"));
        Assert.Equal(tokenizer.BeginId, plain[0]);

        Assert.Equal("<bos> system : be brief user : what assistant :", PromptRenderers.Named("chat", "be brief", template).Render("what"));
    }

    [Fact]
    public void ARendererThatCannotBeIsNamed()
    {
        Assert.Contains("no chat template", Assert.Throws<TaskException>(() => PromptRenderers.Named("chat", null, null)).Message, StringComparison.Ordinal);
        Assert.Contains("chat", Assert.Throws<TaskException>(() => PromptRenderers.Named("nano", "be brief", null)).Message, StringComparison.Ordinal);
        Assert.Contains("unknown template", Assert.Throws<TaskException>(() => PromptRenderers.Check("chatty", null)).Message, StringComparison.Ordinal);
    }
}
