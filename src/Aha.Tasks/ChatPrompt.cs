using Aha.Templates;

namespace Aha.Tasks;

/// <summary>The question as a user's only message in a model's own chat template, up to where the assistant's answer begins.</summary>
/// <param name="systemPrompt">The system message before it; null leaves the template's own.</param>
public sealed class ChatPrompt(ChatTemplate template, string? systemPrompt) : IPromptRenderer
{
    public bool WritesSpecialTokens => true;

    /// <exception cref="TemplateException">The template refuses the conversation; some take no system message.</exception>
    public string Render(string question)
    {
        var user = new ChatMessage("user", question);
        ChatRequest request = systemPrompt is null ? ChatRequest.Of(user) : ChatRequest.Of(new ChatMessage("system", systemPrompt), user);
        return template.Render(request with { AddGenerationPrompt = true }).Text;
    }
}
