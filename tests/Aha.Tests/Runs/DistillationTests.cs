using Aha.Reporting;
using Aha.Reporting.Figures;
using Aha.Runs;

namespace Aha.Tests.Runs;

/// <summary>The tables that a pipeline's stages are put into.</summary>
public class DistillationTests
{
    private static Dictionary<string, double> Solved(double share, double operations = 0) => new() { ["pass@1"] = share, ["cons@4"] = share, ["length"] = 90, ["loss"] = 1, [Distillation.Compute] = operations };

    private static RunData Run()
    {
        var distilled = new Dictionary<string, double>(Solved(0.8, 3e12)) { ["teacher/pass@1"] = 0.9, ["teacher/length"] = 95, [Distillation.TeacherSeconds] = 500, [Distillation.TeacherOperations] = 9e12 };
        StageRecord[] plan =
        [
            new("base", "pretrain", 1), new("teacher", "grpo", 1, "base"), new("student", "pretrain", 1), new("looked", "eval", 0, "student"),
            new("taught", "distill", 0, "looked"), new("alone", "grpo", 1, "student"), new("both", "grpo", 1, "taught"), new("to-come", "distill", 0, "student"),
        ];
        return new RunData
        {
            Run = new RunRecord { Name = "d", Seed = 1, Started = DateTimeOffset.UnixEpoch, Command = "", Stages = plan },
            Stages =
            [
                new("base", "pretrain", 400, new Dictionary<string, double>()), new("teacher", "grpo", 100, Solved(0.9)), new("student", "pretrain", 60, new Dictionary<string, double>()),
                new("looked", "eval", 2, Solved(0.2)), new("taught", "distill", 30, distilled), new("alone", "grpo", 31, Solved(0.6, 2e12)), new("both", "grpo", 20, Solved(0.85, 1e12)),
            ],
        };
    }

    [Fact]
    public void EachWayToABetterStudentHasItsRowWithAllThatItTook()
    {
        Distillation table = Assert.Single(Distillation.Of(Run()));
        Assert.Equal("student", table.Student);
        Assert.Equal(
            [
                ("as pretrained", "looked", 0.2, 0, 0), ("by reinforcement learning", "alone", 0.6, 31, 2e12), ("distilled", "taught", 0.8, 30, 3e12),
                ("distilled, then reinforcement learning", "both", 0.85, 50, 4e12), ("teacher", null, 0.9, 500, 9e12),
            ],
            table.Rows.Select(row => (row.Label, row.Stage, row.Metrics["pass@1"], row.Seconds!.Value, row.Operations!.Value)));
        Assert.DoesNotContain("loss", table.Rows[2].Metrics.Keys);
        Assert.Equal("student: distilled .80, by reinforcement learning .60, teacher .90 in 10 min 43 s", Outcome.Sentence(Run()));
    }

    [Fact]
    public void WhatIsNotFinishedHasNoRow()
    {
        RunData run = Run();
        Assert.Empty(Distillation.Of(run with { Stages = [.. run.Stages.Take(4)] }));
        Assert.Equal(["as pretrained", "distilled", "teacher"], Distillation.Of(run with { Stages = [.. run.Stages.Take(5)] })[0].Rows.Select(row => row.Label));
    }

    [Fact]
    public void TwoModelsOfOneBaseAnswerTheSameProblemsSideBySide()
    {
        using var folder = new TemporaryFolder();
        StageRecord[] plan = [new("base", "pretrain", 1), new("zero", "grpo", 1, "base"), new("tuned", "sft", 1, "base"), new("r1", "grpo", 1, "tuned"), new("student", "pretrain", 1), new("other", "grpo", 1, "student")];
        using (RunFolder run = RunFolder.Open(folder.Path))
        {
            run.RunStarted(new RunRecord { Name = "d", Seed = 1, Started = DateTimeOffset.UnixEpoch, Command = "", Stages = plan });
            foreach (StageRecord stage in plan)
            {
                run.StageStarted(stage, 0);
                if (stage.Kind == "grpo")
                {
                    run.Evaluated(
                        new EvaluationRecord { Stage = stage.Name, Step = 1, Seconds = 1, Benchmark = "b", Problems = 3, Samples = 2, Metrics = new Dictionary<string, double> { ["pass@1"] = 0.5, ["language_consistency"] = 0.7 } },
                        [.. Enumerable.Range(0, 6).Select(i => Answer(stage.Name, i / 2, i % 2))]);
                }

                run.StageFinished(new StageResult(stage.Name, stage.Kind, 1, new Dictionary<string, double>()));
            }
        }

        ReportWriter.Write(RunReader.Load(folder.Path), folder.File("report.html"));
        string report = File.ReadAllText(folder.File("report.html"));
        Assert.Contains("zero and r1 on the same problem", report, StringComparison.Ordinal);
        Assert.Contains("Language mixing", report, StringComparison.Ordinal);
        string part = report[report.IndexOf("id=\"side-by-side\"", StringComparison.Ordinal)..];
        // The problem in which languages are mixed comes first; the second of two samples is not shown.
        int mixed = part.IndexOf("zero says 2/0", StringComparison.Ordinal), answer = part.IndexOf("r1 says 2/0", StringComparison.Ordinal), plain = part.IndexOf("zero says 0/0", StringComparison.Ordinal);
        Assert.True(mixed >= 0 && mixed < answer && answer < plain, $"{mixed} {answer} {plain}");
        Assert.DoesNotContain("says 2/1", part, StringComparison.Ordinal);
        Assert.DoesNotContain("other says", part, StringComparison.Ordinal);
    }

    private static SampleRecord Answer(string stage, int problem, int sample) => new()
    {
        Stage = stage, Step = 1, Kind = "evaluation", Problem = $"p{problem}", Sample = sample, Prompt = "q", Response = $"{stage} says {problem}/{sample}", Verdict = "correct", Reward = 1,
        Rewards = new Dictionary<string, double> { ["accuracy"] = 1, ["language_consistency"] = stage == "zero" && problem == 2 ? 0.5 : 1 }, Tokens = 3,
    };
}
