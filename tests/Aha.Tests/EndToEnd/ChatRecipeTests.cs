namespace Aha.Tests.EndToEnd;

/// <summary><c>template: chat</c> from the command line to the trained model's folder.</summary>
public class ChatRecipeTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private const string Common = """
        backend: fused
        task: { limit: 60 }
        model: { MODEL }
        evaluation: { problems: 2, samples: 1, max_new_tokens: 8 }
        """;

    private const string Template = "{{ bos_token }} User: {{ messages[0].content }}{% if add_generation_prompt %} Assistant:{% endif %}\n";

    [Fact]
    public void ALoadedModelsTemplateWritesThePromptsAndIsHandedOn()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("base.yaml"), Common.Replace("MODEL", "hidden_size: 32, layers: 1, heads: 2, kv_heads: 1, intermediate_size: 64, max_positions: 160", StringComparison.Ordinal)
            + "\nstages: [ { name: base, kind: pretrain, steps: 1, batch_size: 1, sequence_length: 64 } ]\n");
        using AhaProcess pretraining = AhaProcess.Start(folder.Path, "run", "base.yaml", "--output", "base");
        Assert.True(pretraining.Wait(s_limit) == 0, pretraining.Errors);
        string model = folder.File("base/stages/base/model");
        File.WriteAllText(Path.Combine(model, "chat_template.jinja"), Template);

        File.WriteAllText(folder.File("chat.yaml"), "template: chat\n" + Common.Replace("MODEL", $"load: \"{model}\"", StringComparison.Ordinal)
            + "\nstages: [ { name: zero, kind: grpo, steps: 1, prompts_per_step: 2, group_size: 2, max_new_tokens: 8, overlong_buffer: 4 } ]\n");
        using AhaProcess training = AhaProcess.Start(folder.Path, "run", "chat.yaml", "--output", "chat");
        Assert.True(training.Wait(s_limit) == 0, training.Errors);
        Assert.Contains("first prompt: <bos> User: make", training.Errors, StringComparison.Ordinal);
        string trained = folder.File("chat/stages/zero/model");
        Assert.Equal(Template, File.ReadAllText(Path.Combine(trained, "chat_template.jinja")));

        // The template's own beginning and the tokenizer's are one and the same.
        string[] answers = [.. ((string[])["chat", "User: {prompt} Assistant:"]).Select(template =>
        {
            using AhaProcess generation = AhaProcess.Start(folder.Path, "generate", "--model", trained, "--template", template, "--prompt", "make 24 from 6 2 9 .", "--temperature", "0", "--max-new-tokens", "8");
            Assert.True(generation.Wait(s_limit) == 0, generation.Errors);
            return generation.Output;
        })];
        Assert.Equal(answers[1], answers[0]);
    }
}
