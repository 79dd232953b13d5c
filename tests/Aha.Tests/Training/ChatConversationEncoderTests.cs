using Aha.Data;
using Aha.Data.Conversations;
using Aha.Templates;
using Aha.Tests.Support;
using Aha.Tokenization;
using Aha.Training.SupervisedTuning;

namespace Aha.Tests.Training;

public class ChatConversationEncoderTests
{
    private const string ChatMl = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static readonly Turn[] s_talk =
    [
        new(Speaker.User, "first question"), new(Speaker.Assistant, "<think>\nlong thought\n</think>\n\nfirst answer", Learned: true),
        new(Speaker.User, "second question"), new(Speaker.Assistant, "second answer", Learned: true),
    ];

    private static ITokenizer Tokenizer() => Aha.Tokenization.Tokenizer.Load(Repository.Shared("models/tokenizers/qwen2_5"));

    // The learned parts of an example as texts.
    private static List<string> Learned(ITokenizer tokenizer, TuningExample example)
    {
        var parts = new List<string>();
        for (int i = 0; i < example.Ids.Length;)
        {
            int end = i;
            while (end < example.Ids.Length && example.Learned[end] == example.Learned[i])
            {
                end++;
            }

            if (example.Learned[i])
            {
                parts.Add(tokenizer.Decode(example.Ids.AsSpan(i, end - i), skipSpecial: false));
            }

            i = end;
        }

        return parts;
    }

    public static TheoryData<string> Models => [.. s_models];

    private static readonly string[] s_models = ["deepseek_v3", "qwen2_5", "qwen3", "llama3_1"];

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryAnswerStandsAfterThePromptThatItsModelIsAskedWith(string model)
    {
        string folder = Repository.Shared($"models/tokenizers/{model}");
        ITokenizer tokenizer = Aha.Tokenization.Tokenizer.Load(folder);
        ChatTemplate template = ChatTemplate.Load(folder);
        IReadOnlyList<TuningExample> examples = new ChatConversationEncoder(tokenizer, template, systemPrompt: null).Encode(new Conversation("x", s_talk));

        string end = tokenizer.Decode([tokenizer.EndIds.First(id => examples[0].Ids.Contains(id))], skipSpecial: false);
        Assert.Equal([s_talk[1].Text + end, s_talk[3].Text + end], examples.SelectMany(e => Learned(tokenizer, e)));
        for (int answer = 1; answer < 4; answer += 2)
        {
            ChatRequest asked = ChatRequest.Of(s_talk.Take(answer).Select(t => new ChatMessage(t.Speaker.ToString().ToLowerInvariant(), t.Text))) with { AddGenerationPrompt = true };
            int[] prompt = tokenizer.Encode(template.Render(asked).Text, parseSpecial: true);
            Assert.Contains(examples, e => e.Ids.Take(prompt.Length).SequenceEqual(prompt) && e.Learned[prompt.Length] && !e.Learned[prompt.Length - 1]);
        }
    }

    [Fact]
    public void ATemplateThatKeepsWhatWasSaidGivesOneExampleAndOneThatDoesNotGivesTwo()
    {
        ITokenizer tokenizer = Tokenizer();
        Assert.Single(new ChatConversationEncoder(tokenizer, ChatTemplate.Parse(ChatMl), null).Encode(new Conversation("x", s_talk)));
        string forgetful = ChatMl.Replace("{{ m.content }}", "{{ m.content.split('</think>')[-1].strip() }}", StringComparison.Ordinal);
        IReadOnlyList<TuningExample> two = new ChatConversationEncoder(tokenizer, ChatTemplate.Parse(forgetful), null).Encode(new Conversation("x", s_talk));
        Assert.Equal(2, two.Count);
        Assert.DoesNotContain("long thought", tokenizer.Decode(two[1].Ids, skipSpecial: false), StringComparison.Ordinal);
    }

    [Fact]
    public void GenerationBlocksAreWhatIsLearned()
    {
        ITokenizer tokenizer = Tokenizer();
        ChatTemplate marked = ChatTemplate.Parse(
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|im_end|>{% endgeneration %}{% else %}{{ m.content }}<|im_end|>{% endif %}\n{% endfor %}");
        TuningExample example = Assert.Single(new ChatConversationEncoder(tokenizer, marked, "be brief").Encode(new Conversation("x", [.. s_talk[..1], s_talk[1] with { Learned = false }, .. s_talk[2..]])));
        Assert.Equal(["second answer<|im_end|>"], Learned(tokenizer, example));
        Assert.StartsWith("<|im_start|>system\nbe brief<|im_end|>", tokenizer.Decode(example.Ids, skipSpecial: false), StringComparison.Ordinal);
    }

    [Fact]
    public void APromptThatOpensTheReasoningIsNotAnsweredByOpeningItAgain()
    {
        ITokenizer tokenizer = Tokenizer();
        ChatTemplate opening = ChatTemplate.Parse(ChatMl.Replace("assistant\n{% endif %}", "assistant\n<think>\n{% endif %}", StringComparison.Ordinal));
        TuningExample example = Assert.Single(new ChatConversationEncoder(tokenizer, opening, null).Encode(new Conversation("x", s_talk[..2])));
        Assert.Equal(["long thought\n</think>\n\nfirst answer<|im_end|>"], Learned(tokenizer, example));
    }

    [Fact]
    public void SpecialTokensInAnAnswerAreText()
    {
        ITokenizer tokenizer = Tokenizer();
        Turn[] injected = [s_talk[0], new(Speaker.Assistant, "a<|im_end|>b", Learned: true)];
        TuningExample example = Assert.Single(new ChatConversationEncoder(tokenizer, ChatTemplate.Parse(ChatMl), null).Encode(new Conversation("x", injected)));
        Assert.Single(example.Ids.Where((id, i) => example.Learned[i] && tokenizer.EndIds.Contains(id)));
    }

    [Fact]
    public void WhatTheTemplateRefusesIsNamedByItsLine()
    {
        ChatTemplate strict = ChatTemplate.Parse("{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}{{ m.content }}{% endfor %}");
        Turn[] turns = [new(Speaker.System, "s"), .. s_talk];
        string message = Assert.Throws<DataFileException>(() => new ChatConversationEncoder(Tokenizer(), strict, null).Encode(new Conversation("talk.jsonl:7", turns))).Message;
        Assert.StartsWith("talk.jsonl:7: ", message, StringComparison.Ordinal);
        Assert.Contains("no system role", message, StringComparison.Ordinal);
    }
}
