using System.Text.Json;
using Aha.Models.Checkpoints;
using Aha.Tests.Support;
using Aha.Tokenization;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha chat</c> through a pipe, and stopped in the middle of an answer.</summary>
public class ChatCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);
    private static readonly string[] s_words = ["User:", "Assistant:", "make", "24", "from", "6", "4", "."];

    [Fact]
    public void EveryLineIsATurnAndLaterOnesSeeEarlierOnes()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Save(folder.File("model"), s_words);
        using AhaProcess chat = Start(folder.Path, "printf 'make 6 .\\n\\nfrom 4\\n/reset\\nmake 6 .\\n/system x\\n/nothing\\n/exit\\nmake 24\\n' |", "--model model --temperature 0 --max-new-tokens 5");
        Assert.True(chat.Wait(s_limit) == 0, chat.Errors);
        string[] answers = chat.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(3, answers.Length);
        Assert.Equal(answers[0], answers[2]);
        Assert.Contains("a plain template has no place for a system message", chat.Errors, StringComparison.Ordinal);
        Assert.Contains("there is no command /nothing", chat.Errors, StringComparison.Ordinal);

        // The second turn, put together by hand as fine-tuning puts it together.
        ITokenizer tokenizer = ModelTokenizer.Load(folder.File("model"));
        int[] first = [tokenizer.BeginId!.Value, .. tokenizer.Encode("User: make 6 . Assistant:")];
        int[] said = Generate(folder, first);
        IEnumerable<int> end = tokenizer.EndIds.Contains(said[^1]) ? [] : [tokenizer.EndIds[0]];
        int[] second = Generate(folder, [.. first, .. said, .. end, .. tokenizer.Encode("User: from 4 Assistant:")]);
        Assert.Equal([tokenizer.Decode(said), tokenizer.Decode(second)], answers[..2]);
    }

    [Fact]
    public void AModelsOwnTemplateHoldsSystemAndTurns()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Save(folder.File("model"), s_words);
        // It refuses what it is not to see, in words that tell what it saw.
        File.WriteAllText(folder.File("model/chat_template.jinja"), "{{ raise_exception('saw ' ~ messages | map(attribute='role') | join(' ')) if messages | length > 2 else 'User: ' ~ messages[-1].content ~ ' Assistant:' }}");
        using AhaProcess chat = Start(folder.Path, "printf '6\\n4\\n/system\\n6\\n/system 24\\n6\\n4\\n' |", "--model model --system 24 --max-new-tokens 3");
        Assert.True(chat.Wait(s_limit) == 0, chat.Errors);
        Assert.Equal(3, chat.Output.Count(c => c == '\n'));
        Assert.Equal(2, chat.Errors.Split("saw system user assistant user").Length - 1);
    }

    [Fact]
    public void AModelThatWasNotTunedToChatIsNamed()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Save(folder.File("model"), s_words);
        using AhaProcess plain = Start(folder.Path, "echo 6 |", "--model model --system 4");
        Assert.Equal(2, plain.Wait(s_limit));
        Assert.Contains("a system prompt needs template 'chat'", plain.Errors, StringComparison.Ordinal);
        using AhaProcess none = Start(folder.Path, "echo 6 |", "--model model --template chat");
        Assert.Equal(2, none.Wait(s_limit));
        Assert.Contains("has no chat template", none.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void CtrlCStopsAnAnswerAndThenTheConversation()
    {
        string model = Repository.Shared("models/smollm2-135m-instruct");
        using var folder = new TemporaryFolder();
        string arguments = $"chat --model '{model}' --temperature 0 --max-new-tokens 4000";
        using AhaProcess chat = AhaProcess.StartProgram(folder.Path, ["bash", "-c", $"exec {string.Join(' ', AhaProcess.Command)} {arguments} < <(echo 'Write a list of forty animals, each on its own line.'; sleep 170 2>&-)"]);
        // A line of the answer is there: the model is loaded, and it is far from the end.
        chat.Until(() => chat.Output.Length > 0, s_limit);
        chat.Interrupt();
        chat.Until(() => chat.Errors.Contains("(stopped)", StringComparison.Ordinal), s_limit);
        chat.Interrupt();
        Assert.NotEqual(0, chat.Wait(s_limit));
    }

    private static AhaProcess Start(string folder, string before, string arguments) =>
        AhaProcess.StartProgram(folder, ["bash", "-c", $"{before} {string.Join(' ', AhaProcess.Command)} chat {arguments}"]);

    private static int[] Generate(TemporaryFolder folder, int[] ids)
    {
        File.WriteAllText(folder.File("in.jsonl"), $$"""{"ids": [{{string.Join(", ", ids)}}]}""");
        using AhaProcess aha = AhaProcess.Start(folder.Path, "generate", "--model", "model", "--input", "in.jsonl", "--temperature", "0", "--max-new-tokens", "5");
        Assert.True(aha.Wait(s_limit) == 0, aha.Errors);
        return JsonDocument.Parse(aha.Output).RootElement.GetProperty("ids").Deserialize<int[]>()!;
    }
}
