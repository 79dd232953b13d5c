using Aha.Runs;
using Aha.Tests.Support;

namespace Aha.Tests.EndToEnd;

/// <summary>The whole program as on a processor without AVX-512, and as on one without AVX2: the runtime is told not to use them.</summary>
public class NarrowProcessorTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    private const string Recipe = """
        name: narrow
        backend: fused
        task: { limit: 40 }
        model: { hidden_size: 32, layers: 2, heads: 2, kv_heads: 1, intermediate_size: 64, max_positions: 128 }
        evaluation: { samples: 4, max_new_tokens: 64 }
        stages:
          - { name: base, kind: pretrain, steps: 40, batch_size: 4, sequence_length: 64, log_every: 10 }
          - { name: zero, kind: grpo, from: base, steps: 2, prompts_per_step: 4, group_size: 4, max_new_tokens: 16, evaluation_problems: 4 }
        """;

    [Theory]
    [InlineData("DOTNET_EnableAVX512=0", "avx512f")]
    [InlineData("DOTNET_EnableAVX2=0", "avx2")]
    public void TheSameTokensAndTheSameTrainingComeOut(string setting, string missing)
    {
        using var folder = new TemporaryFolder();
        // A setting that the runtime no longer knows would make this a test of nothing.
        using (AhaProcess bench = AhaProcess.StartProgram(folder.Path, ["env", setting, .. AhaProcess.Command, "bench", "--only", "machine", "--repeats", "1"]))
        {
            Assert.True(bench.Wait(s_limit) == 0, bench.Errors);
            Assert.Contains("threads of", bench.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain(missing, bench.Errors, StringComparison.Ordinal);
        }

        TinyModel.Save(folder.File("model"), ["make", "24", "from", "6", "4", "."]);
        File.WriteAllLines(folder.File("in.jsonl"), ["""{"text": "make 24 from 6 4 ."}""", """{"ids": [4, 5, 6]}"""]);
        string[] generate = ["generate", "--model", "model", "--input", "in.jsonl", "--max-new-tokens", "40", "--seed", "5", "--ignore-eos"];
        Assert.Equal(Output(folder, [.. AhaProcess.Command, .. generate]), Output(folder, ["env", setting, .. AhaProcess.Command, .. generate]));

        File.WriteAllText(folder.File("r.yaml"), Recipe);
        Output(folder, [.. AhaProcess.Command, "run", "r.yaml", "--output", "wide"]);
        Output(folder, ["env", setting, .. AhaProcess.Command, "run", "r.yaml", "--output", "narrow"]);
        // Training adds up in another order.
        RunData wide = RunReader.Load(folder.File("wide")), narrow = RunReader.Load(folder.File("narrow"));
        Assert.Equal(wide.Metrics.Count, narrow.Metrics.Count);
        foreach (var (one, other) in wide.Metrics.Where(m => m.Stage == "base").Zip(narrow.Metrics.Where(m => m.Stage == "base")))
        {
            Assert.Equal(one.Step, other.Step);
            Assert.Equal(one.Values["loss"], other.Values["loss"], 1e-4);
        }
    }

    private static string Output(TemporaryFolder folder, IReadOnlyList<string> words)
    {
        using AhaProcess aha = AhaProcess.StartProgram(folder.Path, words);
        Assert.True(aha.Wait(s_limit) == 0, aha.Errors);
        return aha.Output;
    }
}
