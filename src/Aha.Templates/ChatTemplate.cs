using System.Text.Json;

namespace Aha.Templates;

/// <summary>
/// A model's chat template: a conversation in, the text that the model was trained to see out. Given the same variables as transformers'
/// <c>apply_chat_template</c>, it renders the same bytes. Immutable and thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private const string Default = "default";
    private const string ToolUse = "tool_use";

    private readonly IReadOnlyDictionary<string, Template> _templates;

    /// <param name="templates">The texts by name; one must be called <c>default</c>, and <c>tool_use</c> is taken for conversations with tools.</param>
    /// <param name="specialTokens">Variables such as <c>bos_token</c>, by name.</param>
    /// <exception cref="TemplateException">There is no default, or a text is not a template.</exception>
    internal ChatTemplate(IReadOnlyDictionary<string, string> templates, IReadOnlyDictionary<string, JsonElement> specialTokens, string source)
    {
        if (!templates.ContainsKey(Default))
        {
            throw new TemplateException($"{source}: no template is called '{Default}'; there are: {string.Join(", ", templates.Keys)}");
        }

        _templates = templates.ToDictionary(t => t.Key, t => Template.Parse(t.Value, t.Key == Default ? source : $"{source} ({t.Key})"));
        SpecialTokens = specialTokens;
    }

    /// <summary>The default template's text.</summary>
    public string Text => _templates[Default].Text;

    /// <summary>The special tokens that the template sees as variables, such as <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> SpecialTokens { get; }

    /// <summary>What one rendering may use.</summary>
    public TemplateLimits Limits { get; init; } = TemplateLimits.Default;

    /// <summary>The clock of templates that write today's date.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A template from its text.</summary>
    /// <param name="bosToken">The text of the token that begins a sequence; null where there is none. Likewise <paramref name="eosToken"/>.</param>
    /// <exception cref="TemplateException">The text is not a template; the message names line and column.</exception>
    public static ChatTemplate Parse(string text, string? bosToken = null, string? eosToken = null)
    {
        var tokens = new Dictionary<string, JsonElement>();
        foreach ((string name, string? token) in (ReadOnlySpan<(string, string?)>)[("bos_token", bosToken), ("eos_token", eosToken)])
        {
            if (token is not null)
            {
                tokens[name] = JsonSerializer.SerializeToElement(token);
            }
        }

        return new ChatTemplate(new Dictionary<string, string> { [Default] = text }, tokens, "chat template");
    }

    /// <summary>The template of a model folder: <c>chat_template.jinja</c>, <c>chat_template.json</c>, or <c>chat_template</c> in <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="TemplateException">The folder has none, or its files cannot be read.</exception>
    public static ChatTemplate Load(string folder) => TryLoad(folder)
        ?? throw new TemplateException($"{folder} has no chat template: neither chat_template.jinja nor a chat_template in tokenizer_config.json");

    /// <summary>As <see cref="Load"/>, but null where the folder has no template.</summary>
    /// <exception cref="TemplateException">Its files cannot be read.</exception>
    public static ChatTemplate? TryLoad(string folder) => ChatTemplateFiles.Read(folder);

    /// <summary>The template and the special tokens of a <c>tokenizer_config.json</c> that lies in no folder, as a GGUF file's metadata amounts to one.</summary>
    /// <param name="source">What error messages call it.</param>
    /// <returns>The template; null where it holds none.</returns>
    /// <exception cref="TemplateException">It is no JSON, or what it holds is no template.</exception>
    public static ChatTemplate? FromConfig(string tokenizerConfig, string source) => ChatTemplateFiles.Parse(tokenizerConfig, source);

    /// <summary>The text of a model folder's default template, whether it can be parsed or not; null where the folder has none.</summary>
    /// <exception cref="TemplateException">The folder's files cannot be read.</exception>
    public static string? ReadText(string folder) => ChatTemplateFiles.ReadText(folder);

    /// <summary>Writes the template into a model folder as <c>chat_template.jinja</c>, further ones into <c>additional_chat_templates</c>: where transformers looks first.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Save(string folder) => ChatTemplateFiles.Write(folder, _templates.ToDictionary(t => t.Key, t => t.Value.Text));

    /// <exception cref="TemplateException">The template failed, refused the conversation, or went over its limits; the message names line and column.</exception>
    public RenderedTemplate Render(ChatRequest request)
    {
        var variables = new Dictionary<string, JsonElement>(SpecialTokens)
        {
            ["messages"] = request.Messages,
            ["tools"] = request.Tools ?? Null,
            ["documents"] = Null,
            ["add_generation_prompt"] = JsonSerializer.SerializeToElement(request.AddGenerationPrompt),
        };
        foreach ((string name, JsonElement value) in request.Variables)
        {
            variables[name] = value;
        }

        Template template = request.Tools is { ValueKind: not JsonValueKind.Null } && _templates.TryGetValue(ToolUse, out Template? withTools) ? withTools : _templates[Default];
        return template.Render(variables, Limits, Time);
    }

    private static JsonElement Null { get; } = JsonSerializer.SerializeToElement<object?>(null);
}
