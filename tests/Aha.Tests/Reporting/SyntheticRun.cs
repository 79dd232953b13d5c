using Aha.Runs;

namespace Aha.Tests.Reporting;

/// <summary>Records in the shape of a nano run's, made from a seed: input for readers of records, never a result.</summary>
internal static class SyntheticRun
{
    public const string Rl = "r1-zero";

    private static readonly string[] Attempts =
    [
        "<think> 9 - 2 = 7 , 7 + 1 = 8 low , wait , 9 * 2 = 18 , 18 + 1 = 19 yes </think> <answer> ( 9 * 2 ) + 1 </answer>",
        "<think> 10 - 4 = 6 , 6 * 6 = 36 yes </think> <answer> ( 10 - 4 ) * 6 </answer>",
        "<think> 7 + 5 = 12 , 12 - 6 = 6 high , hmm , 7 - 5 = 2 , 2 + 6 = 8 high , no , 6 + 5 = 11 , 11 - 7 = 4 low , wait , 7 * 6 = 42 , 42 - 5 = 37 high </think> <answer> 7 - 5 + 6 </answer>",
    ];

    public const string Recipe = """
        # a recipe
        name: nano
        stages:
          - { name: pretrain, kind: pretrain, steps: 2000 }
          - { name: r1-zero, kind: grpo, from: pretrain }

        """;

    public static RunData Create(int seed = 1, int steps = 100, int evaluateEvery = 10)
    {
        var random = new Random(seed);
        double Noise(double size) => size * ((2 * random.NextDouble()) - 1);
        double Learned(double step) => 1 - Math.Exp(-step / (14.0 + seed));
        double Length(double step) => 40 + (62 * (1 - Math.Exp(-step / 8))) - (0.1 * step);

        var metrics = new List<MetricRecord>();
        for (int step = 10; step <= 2000; step += 10)
        {
            metrics.Add(new MetricRecord("pretrain", "pretrain", step, step * 0.078, new Dictionary<string, double>
            {
                ["loss"] = 0.9 + (4.1 * Math.Exp(-step / 240.0)) + Noise(0.06),
                ["learning_rate"] = 3e-3,
                ["tokens_per_second"] = 26_000 + Noise(1500),
            }));
        }
        var samples = new List<SampleRecord>();
        var evaluations = new List<EvaluationRecord>();
        void Evaluate(int step)
        {
            double pass = 0.14 + (0.70 * Learned(step)) + Noise(0.01), reflection = 0.25 + (0.52 * Learned(step));
            evaluations.Add(new EvaluationRecord
            {
                Stage = Rl, Step = step, Seconds = 2.5, Benchmark = "countdown-3", Problems = 323, Samples = 16,
                Metrics = new Dictionary<string, double>
                {
                    ["pass@1"] = pass, ["pass@1_se"] = 0.019, ["cons@16"] = Math.Min(1, 0.44 + (0.54 * (1 - Math.Exp(-step / 6.0)))),
                    ["pass@16"] = 0.85 + (0.14 * Learned(step)), ["format"] = 0.50 + (0.39 * Learned(step)), ["length"] = Length(step),
                    ["reflection"] = reflection, ["truncated"] = 0.02, ["unscorable"] = 0,
                },
                ReflectiveWords = new Dictionary<string, double> { ["wait"] = 16 + (62 * Learned(step)), ["hmm"] = 9 + (18 * Learned(step)) },
            });
        }
        Evaluate(0);
        for (int step = 1; step <= steps; step++)
        {
            double accuracy = Math.Clamp(0.14 + (0.70 * Learned(step)) + Noise(0.06), 0, 1), format = Math.Clamp(0.5 + (0.39 * Learned(step)) + Noise(0.04), 0, 1);
            bool evaluates = step % evaluateEvery == 0;
            metrics.Add(new MetricRecord(Rl, "grpo", step, step * 1.3, new Dictionary<string, double>
            {
                ["reward"] = accuracy + (0.2 * format), ["reward_std"] = 0.4, ["rewards/accuracy/mean"] = accuracy, ["rewards/format/mean"] = 0.2 * format,
                ["frac_reward_zero_std"] = Math.Clamp(0.3 + (0.3 * Learned(step)) + Noise(0.08), 0, 1),
                ["completions/mean_length"] = Length(step) + Noise(8), ["completions/clipped_ratio"] = Math.Max(0, 0.05 + Noise(0.02)),
                ["kl"] = 0.08 * Learned(step), ["entropy"] = 0.9 - (0.45 * Learned(step)) + Noise(0.03),
                ["clip_ratio/low_mean"] = 0, ["clip_ratio/high_mean"] = 0,
                ["grad_norm"] = 0.6 + Noise(0.2), ["learning_rate"] = 3e-4, ["step_time"] = 1.3, ["num_tokens"] = step * 24_000,
                ["accuracy"] = accuracy, ["reflection"] = 0.25 + (0.52 * Learned(step)), ["rollout_tokens_per_second"] = 64_000 + Noise(5000),
                ["time/rollout"] = 0.42 + Noise(0.05), ["time/reward"] = 0.01, ["time/update"] = 0.55 + Noise(0.06),
                ["time/evaluation"] = evaluates ? 2.5 : 0, ["time/other"] = 0.03,
            }));
            foreach (string kind in (string[])["best", "random", "newly_solved"])
            {
                samples.Add(Sample(step, kind, random.Next(Attempts.Length)));
            }
            if (step % 7 == 3)
            {
                samples.Add(Sample(step, "aha", 0));
            }
            if (evaluates)
            {
                Evaluate(step);
            }
        }
        return new RunData
        {
            Run = new RunRecord
            {
                Name = "nano", Seed = seed, Started = new DateTimeOffset(2026, 1, 20, 9, 30, 0, TimeSpan.Zero), Versions = new Dictionary<string, string> { ["aha"] = "0.1.0" },
                Command = $"dotnet run -c Release --project src/Aha.Cli -- run recipes/nano.yaml --set seed={seed}",
                Machine = new Dictionary<string, string> { ["processor"] = "a test's imagination", ["cores"] = "2", ["matmul bf16"] = "750 GFLOP/s" },
                Stages = [new("corpus", "corpus", 0), new("pretrain", "pretrain", 2000), new(Rl, "grpo", steps)],
                Published = [new("a published model", "pass@1", 0.744)],
                ReflectiveWords = ["wait", "hmm"],
                Recipe = Recipe, Overrides = [$"seed={seed}"],
            },
            Metrics = metrics,
            Samples = samples,
            Evaluations = evaluations,
            Checkpoints = [.. Enumerable.Range(1, steps / 10).Select(i => new CheckpointRecord(Rl, 10 * i, $"stages/{Rl}/checkpoint", new DateTimeOffset(2026, 1, 20, 9, 31, i, TimeSpan.Zero), 8_123_456))],
            Stages =
            [
                new("corpus", "corpus", 3.2, new Dictionary<string, double> { ["documents"] = 60_000 }),
                new("pretrain", "pretrain", 156, new Dictionary<string, double> { ["loss"] = 0.91 }),
                new(Rl, "grpo", 84, new Dictionary<string, double> { ["before/pass@1"] = 0.14, ["pass@1"] = 0.84, ["before/length"] = 40, ["length"] = 92 }),
            ],
        };
    }

    /// <summary>The samples behind an evaluation, in part.</summary>
    public static SampleRecord[] SamplesOf(EvaluationRecord evaluation, int problems = 2) =>
    [
        .. Enumerable.Range(0, problems * evaluation.Samples).Select(i => Sample((int)evaluation.Step, "evaluation", i % Attempts.Length) with
        {
            Stage = evaluation.Stage, Problem = $"countdown-{i / evaluation.Samples}", Sample = i % evaluation.Samples,
        }),
    ];

    /// <summary>Tells an observer what happened in a run, in the order of its steps.</summary>
    /// <param name="stage">Only what happened in this stage after step <paramref name="after"/>; null tells everything.</param>
    public static void Tell(RunData run, IRunObserver observer, string? stage = null, long after = -1)
    {
        bool Wanted(string of, long step) => stage is null || (of == stage && step > after);
        foreach (EvaluationRecord first in run.Evaluations.Where(e => e.Step == 0 && Wanted(e.Stage, 0)))
        {
            observer.Evaluated(first, SamplesOf(first));
        }

        foreach (MetricRecord metric in run.Metrics.Where(m => Wanted(m.Stage, m.Step)))
        {
            observer.StepCompleted(metric, [.. run.Samples.Where(s => (s.Stage, s.Step) == (metric.Stage, metric.Step))]);
            foreach (CheckpointRecord checkpoint in run.Checkpoints.Where(c => (c.Stage, c.Step) == (metric.Stage, metric.Step)))
            {
                observer.CheckpointSaved(checkpoint);
            }

            foreach (EvaluationRecord evaluation in run.Evaluations.Where(e => (e.Stage, e.Step) == (metric.Stage, metric.Step)))
            {
                observer.Evaluated(evaluation, SamplesOf(evaluation));
            }
        }

        foreach (StageResult result in run.Stages.Where(result => stage is null || result.Name == stage))
        {
            observer.StageFinished(result);
        }
    }

    /// <summary>Writes a run folder.</summary>
    public static void Write(RunData run, string path)
    {
        using var folder = RunFolder.Open(path);
        folder.RunStarted(run.Run);
        Tell(run, folder);
    }

    public static SampleRecord Sample(int step, string kind, int attempt) => new()
    {
        Stage = Rl, Step = step, Kind = kind, Problem = $"countdown-{kind}-{step}",
        Prompt = "User: make 19 from 2 9 1 . Assistant:", Response = Attempts[attempt],
        Verdict = attempt == 2 ? "wrong" : "correct", Reward = attempt == 2 ? 0.2 : 1.2,
        Rewards = new Dictionary<string, double> { ["accuracy"] = attempt == 2 ? 0 : 1, ["format"] = 0.2 }, Tokens = 40 + attempt,
    };
}
