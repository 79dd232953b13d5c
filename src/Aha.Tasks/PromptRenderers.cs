using Aha.Templates;

namespace Aha.Tasks;

/// <summary>The renderer that a recipe or an option names.</summary>
public static class PromptRenderers
{
    /// <summary>The name that stands for the model's own chat template.</summary>
    public const string Chat = "chat";

    /// <param name="name"><c>chat</c>, or a plain template as <see cref="PromptTemplate.Named"/> takes it.</param>
    /// <param name="systemPrompt">The system message; only <c>chat</c> has a place for it.</param>
    /// <param name="chatTemplate">The model's chat template; null where it has none.</param>
    /// <exception cref="TaskException">The name is unknown, the model has no chat template, or a plain template is given a system prompt.</exception>
    public static IPromptRenderer Named(string name, string? systemPrompt, ChatTemplate? chatTemplate)
    {
        Check(name, systemPrompt);
        return name != Chat ? PromptTemplate.Named(name) : new ChatPrompt(
            chatTemplate ?? throw new TaskException("template 'chat': the model's folder has no chat template, neither chat_template.jinja nor one in tokenizer_config.json"), systemPrompt);
    }

    /// <summary>What can be said of a name before a model is there.</summary>
    /// <exception cref="TaskException">The name is unknown, or a plain template is given a system prompt.</exception>
    public static void Check(string name, string? systemPrompt)
    {
        if (name == Chat)
        {
            return;
        }

        PromptTemplate.Named(name);
        if (systemPrompt is not null)
        {
            throw new TaskException($"a system prompt needs template 'chat'; the template '{name}' has no place for it");
        }
    }
}
