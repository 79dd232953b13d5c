using System.Text.Json.Nodes;
using Aha.Training.Checkpoints;

namespace Aha.Tests.Training.Overlap;

/// <summary>The checkpoint's rollouts: damaged, they are named in one line.</summary>
public sealed class StoredRolloutsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.File("checkpoint"), "rollouts.json");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("problem", "\"nobody\"", "completion 3 answers nobody")]
    [InlineData("kind", "\"general\"", "the task does not have")]
    [InlineData("kind", "7", "JSON")]
    [InlineData("group", "5", "is of group 5, after group 0")]
    [InlineData("group", "-1", "is of group -1")]
    [InlineData("tokens", "[5, 144]", "outside the vocabulary")]
    [InlineData("tokens", "[]", "has 0 tokens")]
    [InlineData("tokens", "null", "")]
    [InlineData("log_probs", "[-0.5]", "lacks a log-probability")]
    [InlineData("log_probs", "[\"x\"]", "JSON")]
    [InlineData("reward", "\"NaN\"", "has a reward of NaN")]
    [InlineData("unscorable", "\"why\"", "has a reward of")]
    [InlineData("parts", "[]", "has 0 of 2 reward parts")]
    [InlineData("parts", "[null, null]", "reward parts")]
    [InlineData("finish", "\"never\"", "JSON")]
    public void ADamagedEntryIsNamedInOneLine(string key, string value, string named)
    {
        Save();
        JsonNode root = JsonNode.Parse(System.IO.File.ReadAllText(File))!;
        JsonArray completions = root["completions"]!.AsArray();
        Assert.True(completions[3]!.AsObject().ContainsKey(key));
        completions[3]![key] = JsonNode.Parse(value);
        System.IO.File.WriteAllText(File, root.ToJsonString());
        Assert.Contains(named, Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void ADamagedFileIsNamedInOneLine()
    {
        Save();
        string text = System.IO.File.ReadAllText(File);
        for (int cut = 0; cut < text.Length; cut += 97)
        {
            System.IO.File.WriteAllText(File, text[..cut]);
            Refusal();
        }

        foreach (string other in (string[])["null", "{}", "[]", """{"groups_drawn":1,"general_drawn":0,"rollout_seconds":0,"reward_seconds":0,"completions":[null]}""", text.Replace("\"groups_drawn\":12", "\"groups_drawn\":-1", StringComparison.Ordinal)])
        {
            System.IO.File.WriteAllText(File, other);
            Refusal();
        }

        System.IO.File.Delete(File);
        Refusal();
    }

    private void Save()
    {
        using var tiny = new TinyGrpo(TinyGrpo.Options());
        tiny.Advance(1);
        tiny.Trainer.Save(_folder.File("checkpoint"), seconds: 1);
    }

    private string Refusal()
    {
        using var tiny = new TinyGrpo(TinyGrpo.Options());
        string message = Assert.Throws<CheckpointException>(() => tiny.Trainer.Resume(_folder.File("checkpoint"))).Message;
        Assert.Contains("delete that folder to start the stage anew", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
