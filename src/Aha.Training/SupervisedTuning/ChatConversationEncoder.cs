using Aha.Data;
using Aha.Data.Conversations;
using Aha.Templates;
using Aha.Tokenization;

namespace Aha.Training.SupervisedTuning;

/// <summary>
/// Conversations in a model's own chat template. Where the template marks what the assistant says (<c>{% generation %}</c>), that is learned. Where it
/// does not, each learned answer stands after the prompt that the model is asked with at this place, and ends as the template ends it.
/// Many templates leave reasoning out of earlier turns: an answer whose prompt does not go on from the text before it becomes an example of its own.
/// </summary>
/// <param name="systemPrompt">The system message of conversations that have none; null leaves the template's own.</param>
public sealed class ChatConversationEncoder(ITokenizer tokenizer, ChatTemplate template, string? systemPrompt) : IConversationEncoder
{
    private const string Thinking = "<think>";
    private readonly string _ending = EndingOf(template);

    public IReadOnlyList<TuningExample> Encode(Conversation conversation)
    {
        IReadOnlyList<Turn> turns = systemPrompt is null || conversation.Turns.Any(t => t.Speaker == Speaker.System)
            ? conversation.Turns
            : [new Turn(Speaker.System, systemPrompt), .. conversation.Turns];
        try
        {
            RenderedTemplate whole = template.Render(Request(turns, ask: false));
            Turn[] answers = [.. turns.Where(t => t.Speaker == Speaker.Assistant)];
            return whole.Generation is { Count: > 0 } marked && marked.Count == answers.Length ? [Marked(whole.Text, marked, answers)] : Asked(turns);
        }
        catch (Exception e) when (e is TemplateException or TokenizationException)
        {
            throw new DataFileException($"{conversation.Where}: {e.Message}", e);
        }
    }

    private TuningExample Marked(string text, IReadOnlyList<GenerationSpan> spans, Turn[] answers)
    {
        var example = new ExampleBuilder();
        int at = 0;
        foreach ((GenerationSpan span, Turn answer) in spans.Zip(answers))
        {
            example.Add(tokenizer.Encode(text[at..span.Start], parseSpecial: true), learn: false);
            example.Add(tokenizer.Encode(text[span.Start..span.End], parseSpecial: true), answer.Learned);
            at = span.End;
        }

        return example.Build();
    }

    private List<TuningExample> Asked(IReadOnlyList<Turn> turns)
    {
        var examples = new List<TuningExample>();
        ExampleBuilder? open = null;
        string said = "";
        for (int i = 0; i < turns.Count; i++)
        {
            if (!turns[i].Learned)
            {
                continue;
            }

            string prompt = template.Render(Request(turns.Take(i), ask: true)).Text;
            if (open is null || !prompt.StartsWith(said, StringComparison.Ordinal))
            {
                Close();
                (open, said) = (new ExampleBuilder(), "");
            }

            open.Add(tokenizer.Encode(prompt[said.Length..], parseSpecial: true), learn: false);
            string answer = After(prompt, turns[i].Text);
            open.Add(tokenizer.Encode(answer), learn: true);
            open.Add(Ending(), learn: true);
            said = prompt + answer + _ending;
        }

        Close();
        return examples;

        void Close()
        {
            if (open is not null)
            {
                examples.Add(open.Build());
            }
        }
    }

    // Some prompts end with the tag that opens the reasoning: the answer does not repeat it.
    private static string After(string prompt, string answer) =>
        prompt.TrimEnd().EndsWith(Thinking, StringComparison.Ordinal) && answer.StartsWith(Thinking, StringComparison.Ordinal)
            ? answer[Thinking.Length..].TrimStart('\n')
            : answer;

    // What the model must say so that its answer ends: the template's ending up to the token at which sampling stops.
    private int[] Ending()
    {
        int[] ids = tokenizer.Encode(_ending, parseSpecial: true);
        int stop = Array.FindIndex(ids, id => tokenizer.EndIds.Contains(id));
        return stop >= 0 ? ids[..(stop + 1)] : [.. ids, tokenizer.EndIds[0]];
    }

    private static string EndingOf(ChatTemplate template)
    {
        const string word = "answer";
        string text = template.Render(ChatRequest.Of(new ChatMessage("user", "question"), new ChatMessage("assistant", word))).Text;
        int at = text.LastIndexOf(word, StringComparison.Ordinal);
        return at < 0 ? throw new DataFileException("the chat template leaves out what the assistant says; it cannot be trained on") : text[(at + word.Length)..].TrimEnd('\n');
    }

    private static ChatRequest Request(IEnumerable<Turn> turns, bool ask) =>
        ChatRequest.Of(turns.Select(t => new ChatMessage(t.Speaker.ToString().ToLowerInvariant(), t.Text))) with { AddGenerationPrompt = ask };
}
