namespace Aha.Tasks;

/// <summary>
/// Turns a question into a prompt. Training, evaluation and generation go through the same one: <see cref="PromptTemplate"/> for plain templates,
/// <see cref="ChatPrompt"/> for a model's own.
/// </summary>
public interface IPromptRenderer
{
    /// <summary>
    /// Whether the text writes the model's special tokens, its beginning included. They are then read as tokens; otherwise the text is plain and a begin token is put before it.
    /// </summary>
    bool WritesSpecialTokens { get; }

    string Render(string question);
}
