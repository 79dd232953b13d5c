using Aha.Data;
using Aha.Data.Conversations;
using Aha.Tasks;
using Aha.Tokenization;

namespace Aha.Training.SupervisedTuning;

/// <summary>
/// Conversations in a plain template: begin token, question in the template, answer, end token, next question in the template, and so on. An answer
/// follows its question after a blank. A system turn stands before the question that follows it. Answers and their end tokens are learned.
/// </summary>
public sealed class PlainConversationEncoder(ITokenizer tokenizer, PromptTemplate template) : IConversationEncoder
{
    public IReadOnlyList<TuningExample> Encode(Conversation conversation)
    {
        try
        {
            return [Build(conversation)];
        }
        catch (TokenizationException e)
        {
            throw new DataFileException($"{conversation.Where}: {e.Message}", e);
        }
    }

    private TuningExample Build(Conversation conversation)
    {
        var example = new ExampleBuilder();
        var asked = new List<string>();
        if (tokenizer.BeginId is { } begin)
        {
            example.Add([begin], learn: false);
        }

        foreach (Turn turn in conversation.Turns)
        {
            switch (turn.Speaker)
            {
                case Speaker.Assistant when asked.Count == 0:
                    throw new DataFileException($"{conversation.Where}: an assistant turn follows no question; a plain template has no place for it");
                case Speaker.Assistant:
                    string prompt = template.Render(string.Join('\n', asked));
                    example.Add(tokenizer.Encode(prompt), learn: false);
                    example.Add([.. tokenizer.Encode(PromptTemplate.Continue(prompt, turn.Text)), tokenizer.EndIds[0]], turn.Learned);
                    asked.Clear();
                    break;
                case Speaker.Tool:
                    throw new DataFileException($"{conversation.Where}: a tool speaks; a plain template has no place for it");
                default:
                    asked.Add(turn.Text);
                    break;
            }
        }

        return example.Build();
    }
}
