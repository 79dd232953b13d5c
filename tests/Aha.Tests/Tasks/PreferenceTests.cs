using Aha.Tasks;
using Aha.Tasks.General;
using Aha.Tasks.Preferences;

namespace Aha.Tests.Tasks;

public class PreferenceTests
{
    private static readonly GeneralTask s_task = new(new GeneralWorldOptions());

    [Fact]
    public void TheGoldCheckOrdersEveryPair()
    {
        Dictionary<string, GeneralPrompt> prompts = Enum.GetValues<Split>().SelectMany(s_task.Prompts).ToDictionary(p => p.Question);
        PreferenceData<PreferencePair> data = GeneralPreferences.Pairs(s_task, 600, seed: 1);
        Assert.Equal((600, 120), (data.Train.Count, data.HeldOut.Count));
        foreach (PreferencePair pair in data.Train.Concat(data.HeldOut))
        {
            Assert.Null(GoldCheck.Fault(prompts[pair.Prompt], pair.Chosen));
            Assert.NotNull(GoldCheck.Fault(prompts[pair.Prompt], pair.Rejected));
        }

        Assert.Empty(data.Train.Select(p => p.Prompt).Intersect(data.HeldOut.Select(p => p.Prompt)));
        Assert.Equal(data.Train, GeneralPreferences.Pairs(s_task, 600, seed: 1).Train);
        Assert.NotEqual(data.Train, GeneralPreferences.Pairs(s_task, 600, seed: 2).Train);
    }

    [Fact]
    public void SafetyLabelsAreTrueAndBalanced()
    {
        Dictionary<string, GeneralPrompt> prompts = Enum.GetValues<Split>().SelectMany(s_task.Prompts).ToDictionary(p => p.Question);
        PreferenceData<LabelledResponse> data = GeneralPreferences.Responses(s_task, 600, seed: 1);
        Assert.All(data.Train.Concat(data.HeldOut), r => Assert.Equal(r.IsGood, GoldCheck.IsSafe(prompts[r.Prompt], r.Response)));
        Assert.InRange(data.Train.Count(r => r.IsGood), 240, 360);
    }

    [Fact]
    public void BalancedPairsTellNothingByTheirLength() => Gen.Int[-9, 9].Array[0, 200].Sample(differences =>
    {
        IReadOnlyList<int> kept = LengthBalance.Select(differences);
        Assert.Equal(kept.Distinct().Order(), kept);
        Assert.Equal(kept.Count(i => differences[i] > 0), kept.Count(i => differences[i] < 0));
        Assert.Equal(differences.Count(d => d == 0), kept.Count(i => differences[i] == 0));
        // As many as can be: one direction of each size is used up.
        Assert.Equal(kept, LengthBalance.Select(differences));
        var left = Enumerable.Range(0, differences.Length).Except(kept).Select(i => differences[i]).ToList();
        Assert.All(left, d => Assert.DoesNotContain(left, other => Math.Sign(other) == -Math.Sign(d) && Magnitude(other) == Magnitude(d)));

        static int Magnitude(int d) => (int)Math.Log2(Math.Abs(d));
    });

    [Fact]
    public void FilesInTheCommonShapesAreRead()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("pairs.jsonl"),
        [
            """{"prompt": "p", "chosen": "good", "rejected": "bad", "other": 1}""",
            "",
            """{"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "assistant", "content": "good"}], "rejected": [{"role": "assistant", "content": "bad"}]}""",
        ]);
        Assert.Equal([new PreferencePair("p", "good", "bad"), new PreferencePair("q", "good", "bad")], PreferenceFile.LoadPairs(folder.File("pairs.jsonl")));

        File.WriteAllLines(folder.File("labels.jsonl"),
        [
            """{"prompt": "p", "response": "r", "label": true}""", """{"prompt": "p", "completion": "r", "label": 0}""", """{"prompt": "p", "response": "r", "label": "unsafe"}""",
        ]);
        Assert.Equal([true, false, false], PreferenceFile.LoadResponses(folder.File("labels.jsonl")).Select(r => r.IsGood));
    }

    [Theory]
    [InlineData("""{"prompt": "p", "chosen": "good"}""", "rejected")]
    [InlineData("""{"prompt": 1, "chosen": "good", "rejected": "bad"}""", "prompt")]
    [InlineData("""{"prompt": "p", "chosen": [], "rejected": "bad"}""", "chosen")]
    [InlineData("[1]", "Array")]
    [InlineData("{", "not JSON")]
    public void MalformedLinesAreNamed(string line, string named)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("pairs.jsonl"), """{"prompt": "p", "chosen": "good", "rejected": "bad"}""" + "\n" + line);
        string message = Assert.Throws<TaskException>(() => PreferenceFile.LoadPairs(folder.File("pairs.jsonl"))).Message;
        Assert.Contains("pairs.jsonl:2", message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyFileGivesDataOrTheNamedError()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("any.jsonl");
        const string full = """{"prompt": "p", "response": [{"role": "assistant", "content": "\ud800r"}], "label": true}""";
        Gen.Select(Gen.Int[0, full.Length - 1], Gen.Int[0, 9], Gen.String[0, 4]).Sample(
            (at, cut, with) =>
            {
                File.WriteAllText(path, full[..at] + with + full[Math.Min(full.Length, at + cut)..]);
                try
                {
                    PreferenceFile.LoadResponses(path);
                }
                catch (TaskException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                }
            },
            iter: 400, threads: 1);
    }
}
