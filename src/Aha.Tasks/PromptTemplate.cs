namespace Aha.Tasks;

/// <summary>
/// A plain template: a text in which <c>{prompt}</c> stands for the question.
/// </summary>
public sealed class PromptTemplate : IPromptRenderer
{
    /// <summary>R1-Zero's template in its full wording (DeepSeek-R1, Table 1).</summary>
    public static PromptTemplate R1Zero { get; } = new(
        "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. The assistant first thinks about the reasoning process in the mind "
        + "and then provides the user with the answer. The reasoning process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., "
        + "<think> reasoning process here </think> <answer> answer here </answer>. User: {prompt}. Assistant:");

    /// <summary>The same conversation in the nano vocabulary's own tokens, for a model that cannot read the instructions.</summary>
    public static PromptTemplate Nano { get; } = new("User: {prompt} Assistant:");

    private const string Slot = "{prompt}";
    private readonly string _before;
    private readonly string _after;

    /// <exception cref="TaskException">The text does not hold <c>{prompt}</c> exactly once.</exception>
    public PromptTemplate(string text)
    {
        string[] parts = text.Split(Slot);
        if (parts.Length != 2)
        {
            throw new TaskException($"the template holds {Slot} {parts.Length - 1} times; it must hold it once: \"{text}\"");
        }

        (_before, _after) = (parts[0], parts[1]);
        Text = text;
    }

    public string Text { get; }

    public bool WritesSpecialTokens => false;

    /// <summary>The plain template of a name: <c>nano</c>, <c>r1-zero</c>, or a text with <c>{prompt}</c>.</summary>
    /// <exception cref="TaskException">Neither a known name nor a text with <c>{prompt}</c>.</exception>
    public static PromptTemplate Named(string name) => name switch
    {
        "nano" => Nano,
        "r1-zero" => R1Zero,
        _ when name.Contains(Slot, StringComparison.Ordinal) => new PromptTemplate(name),
        _ => throw new TaskException($"unknown template '{name}': use nano, r1-zero, {PromptRenderers.Chat}, or a text that holds {Slot}"),
    };

    /// <summary>
    /// The answer as it continues the prompt: after a blank where neither has one, as in any text. To a tokenizer of words that is all the same; one of
    /// bytes has <c>Assistant: &lt;think&gt;</c> in what it was pretrained on, and would not know <c>Assistant:&lt;think&gt;</c>.
    /// </summary>
    public static string Continue(string prompt, string answer) =>
        prompt is [.., var last] && answer is [var first, ..] && !char.IsWhiteSpace(last) && !char.IsWhiteSpace(first) ? " " + answer : answer;

    public string Render(string question) => _before + question + _after;
}
