using Aha.Data;
using Aha.Data.Conversations;
using Aha.Tasks;
using Aha.Tokenization;

namespace Aha.Training.SupervisedTuning;

/// <summary>
/// Conversations in a plain template: begin token, question in the template, answer, end token, next question in the template, and so on. A system
/// turn stands before the question that follows it. Answers and their end tokens are learned.
/// </summary>
public sealed class PlainConversationEncoder(ITokenizer tokenizer, PromptTemplate template) : IConversationEncoder
{
    public TuningExample Encode(Conversation conversation)
    {
        var ids = new List<int>();
        var learned = new List<bool>();
        var asked = new List<string>();
        if (tokenizer.BeginId is { } begin)
        {
            Add([begin], learn: false);
        }

        foreach (Turn turn in conversation.Turns)
        {
            switch (turn.Speaker)
            {
                case Speaker.Assistant when asked.Count == 0:
                    throw new DataFileException($"{conversation.Where}: an assistant turn follows no question; a plain template has no place for it");
                case Speaker.Assistant:
                    Add(Tokens(template.Render(string.Join('\n', asked))), learn: false);
                    Add([.. Tokens(turn.Text), tokenizer.EndIds[0]], turn.Learned);
                    asked.Clear();
                    break;
                case Speaker.Tool:
                    throw new DataFileException($"{conversation.Where}: a tool speaks; a plain template has no place for it");
                default:
                    asked.Add(turn.Text);
                    break;
            }
        }

        return new TuningExample([.. ids], [.. learned]);

        void Add(int[] tokens, bool learn)
        {
            ids.AddRange(tokens);
            learned.AddRange(Enumerable.Repeat(learn, tokens.Length));
        }

        int[] Tokens(string text)
        {
            try
            {
                return tokenizer.Encode(text);
            }
            catch (TokenizationException e)
            {
                throw new DataFileException($"{conversation.Where}: {e.Message}", e);
            }
        }
    }
}
