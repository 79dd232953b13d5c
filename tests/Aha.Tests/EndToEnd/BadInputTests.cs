using Aha.Tests.Models;

namespace Aha.Tests.EndToEnd;

/// <summary>Bad input gets one clear line and exit code 2.</summary>
public class BadInputTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("run nowhere.yaml", "nowhere.yaml")]
    [InlineData("run misspelt.yaml", "did you mean 'seed'")]
    [InlineData("run heads.yaml", "heads (3)")]
    [InlineData("run dataset.yaml", "rows.jsonl:2")]
    [InlineData("run huge.yaml", "memory")]
    [InlineData("run other.yaml", "gpt2")]
    [InlineData("run norms.yaml", "backend: fused cannot train this model (qwen3")]
    [InlineData("logprobs --model nowhere --input rows.jsonl", "nowhere")]
    [InlineData("run circle.yaml", "a -> b -> a")]
    [InlineData("run circle.yaml --dry-run", "a -> b -> a")]
    [InlineData("run missing.yaml", "from: bass")]
    [InlineData("run taught.yaml", "teacher")]
    [InlineData("sft --model words --data talk.jsonl", "talk.jsonl:2")]
    [InlineData("sft --model words --data words", "words")]
    [InlineData("sft --model words", "data")]
    [InlineData("sample --model words --format fancy", "fancy")]
    [InlineData("distill --model words --teacher nowhere", "nowhere")]
    [InlineData("run", "no recipe")]
    [InlineData("rum x", "rum")]
    [InlineData("run misspelt.yaml --sett a=b", "--sett")]
    [InlineData("eval --model nowhere", "nowhere")]
    [InlineData("eval --model other --benchmark nowhere.jsonl", "nowhere.jsonl")]
    [InlineData("eval --model other --benchmark magic", "magic")]
    [InlineData("generate --model nowhere --prompt x", "nowhere")]
    [InlineData("tokenize --model nowhere --input x", "nowhere")]
    [InlineData("tokenize --model other --input nowhere.jsonl", "nowhere.jsonl")]
    [InlineData("tokenizer train --input nowhere.txt --vocabulary 300 --output x", "nowhere.txt")]
    [InlineData("convert --from nowhere --to x.gguf", "nowhere")]
    [InlineData("convert --from other --to x.gguf", "gpt2")]
    [InlineData("convert --from rows.jsonl --to x", "not a GGUF file")]
    [InlineData("convert --from other --to x.gguf --dtype q3", "q3")]
    [InlineData("convert --from other --to x --dtype q8_0", "q8_0")]
    [InlineData("convert --from other --to other", "is --from")]
    [InlineData("grpo --model other --steps many", "many")]
    [InlineData("template --model nowhere --input -", "nowhere")]
    [InlineData("template --model bad-template --input -", "line 2, column 4")]
    [InlineData("run chat.yaml", "chat")]
    [InlineData("generate --model other --prompt x --template chat", "no chat template")]
    [InlineData("generate --model other --prompt x --system-prompt y", "template 'chat'")]
    [InlineData("pull a/b/c", "a/b/c")]
    [InlineData("pull a/b --endpoint nowhere", "nowhere")]
    [InlineData("pull a/b --parallel 0", "--parallel")]
    [InlineData("report nowhere", "nowhere")]
    [InlineData("runs list --runs nowhere", "nowhere")]
    public void OneLineSaysWhatIsWrong(string arguments, string named)
    {
        using var folder = new TemporaryFolder();
        const string stages = "stages: [ { name: base, kind: pretrain, steps: 1 } ]\n";
        File.WriteAllText(folder.File("misspelt.yaml"), "sed: 1\n" + stages);
        File.WriteAllText(folder.File("heads.yaml"), "model: { heads: 3 }\n" + stages);
        File.WriteAllText(folder.File("huge.yaml"), "model: { hidden_size: 65536, heads: 64, kv_heads: 64, layers: 200, intermediate_size: 65536 }\n" + stages);
        File.WriteAllText(folder.File("rows.jsonl"), "{\"prompt\": \"a\", \"answer\": \"b\"}\n{\"prompt\": \"c\"}\n");
        Directory.CreateDirectory(folder.File("other"));
        File.WriteAllText(folder.File("other/config.json"), """{"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 144}""");
        new Aha.Tokenization.WordTokenizer(["a", "b"]).Save(folder.File("other"));
        File.WriteAllText(folder.File("dataset.yaml"), "model: { load: other }\ntask: { kind: file, path: rows.jsonl }\nstages: [ { name: zero, kind: grpo } ]\n");
        Directory.CreateDirectory(folder.File("bad-template"));
        File.WriteAllText(folder.File("bad-template/chat_template.jinja"), "a\n{% unknown %}");
        File.WriteAllText(folder.File("chat.yaml"), "template: chat\n" + stages);
        Directory.CreateDirectory(folder.File("norms"));
        File.Copy(Path.Combine(GoldenModel.Read("qwen3").Folder, "config.json"), folder.File("norms/config.json"));
        new Aha.Tokenization.WordTokenizer(["a", "b"]).Save(folder.File("norms"));
        File.WriteAllText(folder.File("norms.yaml"), "backend: fused\nmodel: { load: norms }\nstages: [ { name: zero, kind: grpo } ]\n");
        File.WriteAllText(folder.File("circle.yaml"), "stages: [ { name: a, kind: eval, from: b }, { name: b, kind: eval, from: a } ]\n");
        File.WriteAllText(folder.File("missing.yaml"), "stages: [ { name: base, kind: pretrain }, { name: zero, kind: grpo, from: bass } ]\n");
        File.WriteAllText(folder.File("taught.yaml"), "stages: [ { name: base, kind: pretrain }, { name: student, kind: distill, from: base } ]\n");
        File.WriteAllText(folder.File("talk.jsonl"), "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"a\", \"completion\": 7}\n");
        TinyModel.Save(folder.File("words"), ["a", "b", "User:", "Assistant:"]);
        File.WriteAllText(folder.File("other.yaml"), "model: { load: other }\nstages: [ { name: test, kind: eval } ]\n");

        using AhaProcess aha = AhaProcess.Start(folder.Path, arguments.Split(' '));
        int code = aha.Wait(s_limit);
        string[] lines = [.. aha.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith("aha: ", StringComparison.Ordinal))];
        Assert.True(lines.Length == 1, $"one line was expected:\n{aha.Errors}");
        Assert.Contains(named, lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", aha.Errors, StringComparison.Ordinal);
        Assert.Equal(2, code);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run --help")]
    [InlineData("grpo --help")]
    [InlineData("sft --help")]
    [InlineData("sample --help")]
    [InlineData("distill --help")]
    [InlineData("eval --help")]
    [InlineData("tokenize --help")]
    [InlineData("tokenizer train --help")]
    [InlineData("convert --help")]
    [InlineData("runs --help")]
    [InlineData("template --help")]
    [InlineData("pull --help")]
    [InlineData("run --keys")]
    public void EveryCommandExplainsItself(string arguments)
    {
        using var folder = new TemporaryFolder();
        using AhaProcess aha = AhaProcess.Start(folder.Path, arguments.Split(' '));
        Assert.Equal(0, aha.Wait(s_limit));
        Assert.NotEmpty(aha.Output);
        Assert.Empty(aha.Errors);
    }
}
