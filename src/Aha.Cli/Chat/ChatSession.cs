using Aha.Generation;
using Aha.Tasks;
using Aha.Templates;
using Aha.Tokenization;

namespace Aha.Cli.Chat;

/// <summary>Turns of a conversation: a line in, an answer streamed out, and the commands that stand between.</summary>
/// <param name="system">The system message the conversation began with, which <c>/reset</c> keeps.</param>
/// <param name="output">Gets the answers.</param>
/// <param name="notes">Gets what is said about the conversation.</param>
/// <param name="dims">Whether thoughts are dimmed.</param>
internal sealed class ChatSession(
    RolloutEngine engine, ITokenizer tokenizer, IConversation conversation, string? system, SamplingOptions sampling, ulong seed, TextWriter output, TextWriter notes, bool dims)
{
    public const string Help = """
        /help            these commands
        /reset           forget the conversation
        /system [TEXT]   another system message (none without a text), and forget the conversation
        /exit            end; so does the end of the input
        Ctrl-C stops an answer; a second one ends the conversation.
        """;

    private string? _system = system;
    private long _turn;

    /// <summary>Takes a line: a command, or the user's next words.</summary>
    /// <returns>False to end.</returns>
    /// <param name="stop">Stops the answer; what there is of it is kept.</param>
    public bool Take(string line, CancellationToken stop)
    {
        string text = line.Trim();
        if (text.Length == 0)
        {
            return true;
        }

        if (text[0] == '/')
        {
            string[] words = text.Split(' ', 2, StringSplitOptions.TrimEntries);
            switch (words[0])
            {
                case "/exit":
                    return false;
                case "/help":
                    notes.WriteLine(Help);
                    return true;
                case "/reset":
                    conversation.Reset(_system);
                    return true;
                case "/system":
                    SetSystem(words.Length > 1 && words[1].Length > 0 ? words[1] : null);
                    return true;
                default:
                    notes.WriteLine($"there is no command {words[0]}; /help lists them");
                    return true;
            }
        }

        Answer(text, stop);
        return true;
    }

    private void SetSystem(string? next)
    {
        try
        {
            conversation.Reset(next);
            _system = next;
        }
        catch (TaskException e)
        {
            notes.WriteLine(e.Message);
        }
    }

    private void Answer(string question, CancellationToken stop)
    {
        int[] prompt;
        try
        {
            prompt = conversation.Ask(question);
        }
        catch (Exception e) when (e is TokenizationException or TemplateException)
        {
            notes.WriteLine(e.Message);
            return;
        }

        int room = engine.Config.MaxPositionEmbeddings - prompt.Length;
        if (room < 1)
        {
            notes.WriteLine($"the conversation has {prompt.Length} tokens and the model {engine.Config.MaxPositionEmbeddings} positions; /reset begins anew");
            return;
        }

        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder();
        var shown = new Thought(output, dims, conversation.BeginsThinking);
        SamplingOptions options = sampling with { MaxNewTokens = Math.Min(sampling.MaxNewTokens, room) };
        Completion answer = engine.Generate(
            [new RolloutRequest(prompt, 1, Seeds.Derive((long)(seed >> 1), _turn++))], options, stop, sampled: (_, token) => shown.Write(decoder.Append(token)))[0];
        shown.Write(decoder.Finish());
        shown.Finish();
        output.WriteLine();
        conversation.Answered(tokenizer.Decode(answer.Tokens), answer.Tokens);
        if (answer.Finish == FinishReason.Length)
        {
            notes.WriteLine($"(cut after {answer.Tokens.Length} tokens; {(options.MaxNewTokens < sampling.MaxNewTokens ? "the model's positions are used up, /reset begins anew" : "--max-new-tokens allows more")})");
        }
        else if (answer.Finish == FinishReason.Cancelled)
        {
            notes.WriteLine("(stopped)");
        }
    }
}
