using Aha.Tasks;
using Aha.Templates;
using Aha.Tokenization;

namespace Aha.Cli.Chat;

/// <summary>What has been said, as the ids that a model is asked to go on from.</summary>
internal interface IConversation
{
    /// <summary>The ids up to where the answer to a question begins; nothing is remembered yet.</summary>
    /// <exception cref="TokenizationException">The tokenizer cannot express the question.</exception>
    /// <exception cref="TemplateException">The template refuses the conversation.</exception>
    int[] Ask(string question);

    /// <summary>Whether the prompt of the last <see cref="Ask"/> has opened the thinking already.</summary>
    bool BeginsThinking { get; }

    /// <summary>Remembers the last question and its answer.</summary>
    /// <param name="tokens">Its ids, the end token included where it came to one.</param>
    void Answered(string text, int[] tokens);

    /// <summary>Forgets all turns.</summary>
    /// <param name="system">The system message from now on; null for none.</param>
    /// <exception cref="TaskException">There is no place for a system message.</exception>
    void Reset(string? system);
}

/// <summary>A conversation in the model's own chat template, which is rendered anew each turn: some drop earlier thoughts.</summary>
internal sealed class TemplateConversation(ITokenizer tokenizer, ChatTemplate template, string? system) : IConversation
{
    private readonly List<ChatMessage> _messages = [];
    private string? _system = system;
    private string _question = "";

    public bool BeginsThinking { get; private set; }

    public int[] Ask(string question)
    {
        IEnumerable<ChatMessage> before = _system is null ? [] : [new ChatMessage("system", _system)];
        string text = template.Render(ChatRequest.Of([.. before, .. _messages, new ChatMessage("user", question)]) with { AddGenerationPrompt = true }).Text;
        (_question, BeginsThinking) = (question, text.TrimEnd().EndsWith(Thought.Open, StringComparison.Ordinal));
        return tokenizer.Encode(text, parseSpecial: true);
    }

    public void Answered(string text, int[] tokens)
    {
        _messages.Add(new ChatMessage("user", _question));
        _messages.Add(new ChatMessage("assistant", BeginsThinking ? $"{Thought.Open}\n{text}" : text));
    }

    public void Reset(string? system)
    {
        _messages.Clear();
        _system = system;
    }
}

/// <summary>A conversation in a plain template, as fine-tuning writes it: question in the template, answer, end token, next question in the template.</summary>
internal sealed class PlainConversation(ITokenizer tokenizer, PromptTemplate template) : IConversation
{
    private readonly List<int> _said = [];
    private int[] _asked = [];

    public bool BeginsThinking => false;

    public int[] Ask(string question)
    {
        _asked = tokenizer.Encode(template.Render(question));
        IEnumerable<int> begin = tokenizer.BeginId is { } id ? [id] : [];
        return [.. begin, .. _said, .. _asked];
    }

    public void Answered(string text, int[] tokens)
    {
        _said.AddRange(_asked);
        _said.AddRange(tokens);
        if (tokens.Length == 0 || !tokenizer.EndIds.Contains(tokens[^1]))
        {
            _said.Add(tokenizer.EndIds[0]);
        }
    }

    public void Reset(string? system)
    {
        if (system is not null)
        {
            throw new TaskException("a plain template has no place for a system message");
        }

        _said.Clear();
    }
}
