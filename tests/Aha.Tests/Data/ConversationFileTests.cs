using System.Text.Json.Serialization;
using Aha.Data;
using Aha.Data.Conversations;
using Aha.Tests.Support;
using Parquet.Serialization;

namespace Aha.Tests.Data;

public sealed class ConversationFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<Conversation> Load(string text, string name = "rows.jsonl")
    {
        File.WriteAllText(_folder.File(name), text);
        return ConversationFile.Load(_folder.File(name));
    }

    // "u:" user, "s:" system, "t:" tool, "a:" an assistant's turn that is not learned, "A:" one that is.
    private static string Show(Conversation conversation) => string.Join(" | ", conversation.Turns.Select(t =>
        $"{(t.Learned ? "A" : t.Speaker switch { Speaker.Assistant => "a", Speaker.User => "u", Speaker.System => "s", _ => "t" })}:{t.Text}"));

    [Theory]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x"}]}""", "u:q | A:x")]
    [InlineData("""{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "x"}, {"role": "user", "content": "r"}, {"role": "assistant", "content": "y"}]}""", "s:s | u:q | A:x | u:r | A:y")]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x", "weight": 0}, {"role": "user", "content": "r"}, {"role": "assistant", "content": "y", "weight": 1}]}""", "u:q | a:x | u:r | A:y")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "text", "text": "q1"}, {"type": "text", "text": "q2"}]}, {"role": "assistant", "reasoning_content": "t", "content": "x"}]}""", "u:q1q2 | A:<think>\nt\n</think>\n\nx")]
    [InlineData("""{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "x"}], "system": "s"}""", "s:s | u:q | A:x")]
    [InlineData("""{"conversations": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x"}], "messages": null}""", "u:q | A:x")]
    [InlineData("""{"prompt": "q", "completion": "x", "id": 7, "verdict": "correct"}""", "u:q | A:x")]
    [InlineData("""{"prompt": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x"}, {"role": "user", "content": "r"}], "completion": [{"role": "assistant", "content": "y"}]}""", "u:q | a:x | u:r | A:y")]
    [InlineData("""{"instruction": "do", "input": "it", "output": "x"}""", "u:do\n\nit | A:x")]
    [InlineData("""{"instruction": "do", "input": "", "output": "x"}""", "u:do | A:x")]
    [InlineData("""{"question": "q", "response": "x", "reasoning": " t "}""", "u:q | A:<think>\nt\n</think>\n\nx")]
    [InlineData("""{"file": "f", "problem": "q", "gtruth_answer": "0", "message_thinking": "t", "message_content": "x"}""", "u:q | A:<think>\nt\n</think>\n\nx")]
    public void EveryCommonShapeIsRead(string row, string expected)
    {
        Assert.Equal(expected, Show(Assert.Single(Load(row))));
        Assert.Equal(expected, Show(Assert.Single(Load($"[{row}]", "rows.json"))));
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("7", "JSON object")]
    [InlineData("""{"text": "plain"}""", "neither messages nor conversations")]
    [InlineData("""{"prompt": "q"}""", "an answer")]
    [InlineData("""{"messages": "q"}""", "must be a list")]
    [InlineData("""{"messages": [7]}""", "messages[0]")]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}, {"role": "assistent", "content": "x"}]}""", "'assistent'")]
    [InlineData("""{"messages": [{"role": "user"}]}""", "no \"content\"")]
    [InlineData("""{"messages": [{"content": "x"}]}""", "no \"role\"")]
    [InlineData("""{"messages": [{"role": "user", "content": 7}]}""", "must be a text")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "image"}]}]}""", "no text")]
    [InlineData("""{"messages": [{"role": "assistant", "content": null, "tool_calls": [{}]}]}""", "calls tools")]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}]}""", "no assistant turn")]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x", "weight": 0.5}]}""", "weight")]
    [InlineData("""{"prompt": "q", "completion": "\ud800"}""", "Unicode")]
    public void AMalformedLineIsNamedByFileAndNumber(string row, string hint)
    {
        string message = Assert.Throws<DataFileException>(() => Load($"{{\"prompt\": \"q\", \"completion\": \"x\"}}\n\n{row}\n")).Message;
        Assert.Contains("rows.jsonl:3", message, StringComparison.Ordinal);
        Assert.Contains(hint, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("rows.jsonl", "\n\n")]
    [InlineData("rows.json", "[]")]
    [InlineData("rows.json", "{\"prompt\": \"q\", \"completion\": \"x\"}")]
    [InlineData("rows.parquet", "PAR1 and nothing else PAR1")]
    public void AFileWithoutConversationsIsNamed(string name, string text) => Assert.Contains(name, Assert.Throws<DataFileException>(() => Load(text, name)).Message, StringComparison.Ordinal);

    [Fact]
    public void AMissingFileIsNamed() => Assert.Contains("nowhere.jsonl", Assert.Throws<DataFileException>(() => ConversationFile.Load(_folder.File("nowhere.jsonl"))).Message, StringComparison.Ordinal);

    [Fact]
    public void WhatIsWrittenReadsBack()
    {
        Gen<Turn> turns = Gen.Select(Gen.Enum<Speaker>(), Gen.String[Gen.Char.AlphaNumeric, 0, 8], Gen.Bool).Select((speaker, text, learned) => new Turn(speaker, text, learned && speaker == Speaker.Assistant));
        turns.Array[0, 6].Select(list => new Conversation("x", [.. list, new Turn(Speaker.Assistant, "end", Learned: true)])).Sample(
            conversation => Assert.Equal(Show(conversation), Show(Assert.Single(Load(ConversationWriter.Line(conversation))))), iter: 200, threads: 1);
    }

    [Fact]
    public void AnyLineGivesConversationsOrTheNamedError()
    {
        const string good = """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": [{"type": "text", "text": "x"}], "weight": 1}], "id": 3}""";
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Int[0, 9], Gen.OneOf(Gen.String[0, 4], Gen.OneOf("null", "[]", "{}", "\"", "-1", "\\ud83d"))).Array[1, 4].Sample(
            edits =>
            {
                string text = good;
                foreach ((int at, int cut, string with) in edits)
                {
                    int from = Math.Min(at, text.Length);
                    text = text[..from] + with + text[Math.Min(text.Length, from + cut)..];
                }

                try
                {
                    Load(text);
                }
                catch (DataFileException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            },
            iter: 2000, threads: 1);
    }

    [Fact]
    public async Task ParquetHoldsTheSameShapes()
    {
        Row[] rows =
        [
            new() { Messages = [new() { Role = "user", Content = "q" }, new() { Role = "assistant", Content = "ä\n𝒳" }] },
            new() { Messages = [new() { Role = "user", Content = "r" }, new() { Role = "assistant", Content = "y" }, new() { Role = "user", Content = "r2" }, new() { Role = "assistant", Content = "z" }] },
        ];
        await ParquetSerializer.SerializeAsync(rows, _folder.File("nested.parquet"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["u:q | A:ä\n𝒳", "u:r | A:y | u:r2 | A:z"], ConversationFile.Load(_folder.File("nested.parquet")).Select(Show));

        Flat[] flat = [new() { Prompt = "q", Completion = "x" }, new() { Prompt = "r", Completion = null }];
        await ParquetSerializer.SerializeAsync(flat, _folder.File("flat.parquet"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("flat.parquet:2", Assert.Throws<DataFileException>(() => ConversationFile.Load(_folder.File("flat.parquet"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADamagedParquetFileIsNamed()
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeAsync([new Flat { Prompt = "question", Completion = "answer" }], stream, cancellationToken: TestContext.Current.CancellationToken);
        byte[] good = stream.ToArray();
        // Without its last byte the library looks for the footer's next field beyond the end, for ever; numbers where the names of a column's path should be lead it there as well.
        int path = good.AsSpan().LastIndexOf("\u0018\ncompletion"u8);
        foreach ((int at, byte value) in new[] { (good.Length - 9, (byte)0x54), (path, (byte)0xF5) })
        {
            Assert.Contains("its footer is damaged", Assert.Throws<DataFileException>(() => Load(With((at, value)))).Message, StringComparison.Ordinal);
        }

        Assert.Contains("PAR1", Assert.Throws<DataFileException>(() => Load([])).Message, StringComparison.Ordinal);
        Assert.Contains("bytes long", Assert.Throws<DataFileException>(() => Load(good[^12..])).Message, StringComparison.Ordinal);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 3].Sample(
            edits =>
            {
                try
                {
                    Load(With(edits));
                }
                catch (DataFileException e)
                {
                    Assert.Contains("damaged.parquet", e.Message, StringComparison.Ordinal);
                }
            },
            iter: 2000, threads: 1);

        byte[] With(params (int At, byte Value)[] edits)
        {
            byte[] bytes = [.. good];
            foreach ((int at, byte value) in edits)
            {
                bytes[at] = value;
            }

            return bytes;
        }

        void Load(byte[] bytes)
        {
            File.WriteAllBytes(_folder.File("damaged.parquet"), bytes);
            ConversationFile.Load(_folder.File("damaged.parquet"));
        }
    }

    [Fact]
    public void DistillationTracesLoadAsTheyAre()
    {
        IReadOnlyList<Conversation> traces = ConversationFile.Load(Repository.Shared("data/bench/distill_trace_samples.jsonl"));
        Assert.All(traces, t => Assert.Equal([Speaker.User, Speaker.Assistant], t.Turns.Select(x => x.Speaker)));
        Assert.All(traces, t =>
        {
            string answer = t.Turns[1].Text;
            Assert.StartsWith("<think>\n", answer, StringComparison.Ordinal);
            Assert.InRange(answer.IndexOf("\n</think>\n\n", StringComparison.Ordinal), 9, answer.Length - 12);
        });
    }

    private sealed class Row
    {
        [JsonPropertyName("messages")]
        public List<Message> Messages { get; set; } = [];
    }

    private sealed class Message
    {
        [JsonPropertyName("role")]
        public string Role { get; set; } = "";

        [JsonPropertyName("content")]
        public string Content { get; set; } = "";
    }

    private sealed class Flat
    {
        [JsonPropertyName("prompt")]
        public string Prompt { get; set; } = "";

        [JsonPropertyName("completion")]
        public string? Completion { get; set; }
    }
}
