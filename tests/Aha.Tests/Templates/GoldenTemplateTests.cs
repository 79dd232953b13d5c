using System.Text.Json;
using Aha.Models.Checkpoints;
using Aha.Templates;
using Aha.Tests.Support;

namespace Aha.Tests.Templates;

/// <summary>Real models' chat templates, against what transformers renders.</summary>
public class GoldenTemplateTests
{
    [Theory]
    [InlineData("deepseek_v3")]
    [InlineData("llama3_1")]
    [InlineData("qwen2_5")]
    [InlineData("qwen3")]
    public void EveryConversationRendersByteForByte(string model)
    {
        ChatTemplate template = ChatTemplate.Load(Repository.Shared($"models/tokenizers/{model}"));
        int rendered = 0;
        foreach (string line in File.ReadLines(Repository.Shared($"golden/templates/{model}.jsonl")))
        {
            JsonElement row = JsonDocument.Parse(line).RootElement;
            ChatRequest request = ChatRequest.FromJson(row.GetProperty("input"));
            if (row.TryGetProperty("error", out JsonElement error))
            {
                // The reference's words, with a place before them.
                TemplateException e = Assert.Throws<TemplateException>(() => template.Render(request));
                Assert.Equal(error.GetString()!.Split(": ", 2)[1], e.Reason);
                Assert.True(e.Line > 0 && e.Column > 0 && e.Message.Contains($"line {e.Line}, column {e.Column}", StringComparison.Ordinal), e.Message);
                continue;
            }

            Assert.Equal(row.GetProperty("rendered").GetString(), template.Render(request).Text);
            rendered++;
        }

        Assert.True(rendered >= 11);
    }

    [Fact]
    public void TheTemplateInAGgufFilesMetadataRenders()
    {
        JsonElement metadata = JsonDocument.Parse(File.ReadAllBytes(Repository.Shared("golden/smollm2/tokens.json"))).RootElement;
        ChatTemplate template = ChatTemplate.Parse(metadata.GetProperty("chat_template").GetString()!, bosToken: "<|im_start|>", eosToken: "<|im_end|>");
        string file = Assert.Single(Directory.GetFiles(Repository.Shared("models"), "*SmolLM2*.gguf", SearchOption.AllDirectories));
        ChatTemplate loaded = ModelChatTemplate.TryLoad(file)!;
        Assert.Equal(template.Text, loaded.Text);
        Assert.Equal("<|im_end|>", loaded.SpecialTokens["eos_token"].GetString());
        Assert.Equal(
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
            template.Render(ChatRequest.Of(new ChatMessage("user", "Hi")) with { AddGenerationPrompt = true }).Text);
    }

    [Fact]
    public void ATemplateSurvivesSavingAndLoading()
    {
        using var folder = new TemporaryFolder();
        ChatTemplate template = ChatTemplate.Load(Repository.Shared("models/tokenizers/qwen3"));
        template.Save(folder.Path);
        Assert.Equal(template.Text, ChatTemplate.Load(folder.Path).Text);
    }
}
