using System.Text.Json;
using Aha.Runs;
using Aha.Tests.Reporting;

namespace Aha.Tests.Runs;

public class RunFolderTests
{
    private static readonly Gen<double> AnyDouble = Gen.OneOf(Gen.Double, Gen.OneOf(double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue));

    private static readonly Gen<string> AnyText = Gen.OneOf(Gen.String, Gen.OneOf("\n\r\u2028\0\"\\", "<think> \u00e9 😀 </think>", "", "a\0b", "'; DROP TABLE samples; --"));

    [Fact]
    public void EverythingWrittenIsReadBack()
    {
        RunData run = SyntheticRun.Create();
        using var folder = new TemporaryFolder();
        SyntheticRun.Write(run, folder.Path);

        Assert.Equal(Lines(run), Lines(RunReader.Load(folder.Path)));
        Assert.Equal(run.Run.Recipe, File.ReadAllText(folder.File("recipe.yaml")));
        SampleRecord[] evaluated = [.. RunReader.AllSamples(folder.Path).Where(sample => sample.Kind == "evaluation")];
        Assert.Equal(run.Evaluations.SelectMany(e => SyntheticRun.SamplesOf(e)).Select(Line), evaluated.Select(Line));
    }

    [Fact]
    public void AnyNumberAndAnyTextSurvive() => Gen.Select(AnyDouble, AnyText, AnyText).Array[1, 40].Sample(rows =>
    {
        using var folder = new TemporaryFolder();
        // Half of a surrogate pair has no UTF-8; it becomes U+FFFD once, and stays that.
        (double Value, string Name, string Text)[] records = [.. rows.Select(row => (row.Item1, WellFormed(row.Item2), WellFormed(row.Item3)))];
        using (RunFolder written = Begun(folder.Path))
        {
            foreach ((double value, string name, string text) in records)
            {
                written.StepCompleted(
                    new MetricRecord(name, "grpo", 3, value, new Dictionary<string, double> { [text] = value }),
                    [SyntheticRun.Sample(3, "best", 0) with { Response = text, Reward = value, Reason = name, Prompt = text, Rewards = new Dictionary<string, double> { [name] = value } }]);
            }
        }

        RunData read = RunReader.Load(folder.Path);
        Assert.Equal(records.Select(r => (r.Name, Bits(r.Value))), read.Metrics.Zip(records, (m, r) => (m.Stage, Bits(m.Values[r.Text]))));
        Assert.Equal(records.Select(r => (r.Text, r.Text, r.Name, Bits(r.Value))), read.Samples.Zip(records, (s, r) => (s.Response, s.Prompt, s.Reason!, Bits(s.Rewards[r.Name]))));
        // Columns of their own keep the value, not the sign of a zero.
        Assert.Equal(records.Select(r => (r.Value, r.Value)), read.Metrics.Zip(read.Samples, (m, s) => (m.Seconds, s.Reward)));
    }, iter: 12, threads: 1);

    [Fact]
    public void AfterAKillAtAnyByteWholeStepsAreReadAndTheRunGoesOn()
    {
        RunData run = SyntheticRun.Create(steps: 12, evaluateEvery: 3);
        using var whole = new TemporaryFolder();
        SyntheticRun.Write(run, whole.Path);

        using var source = new TemporaryFolder();
        long begun;
        using (RunFolder written = Begun(source.Path, run.Run))
        {
            begun = new FileInfo(source.File("run.db-wal")).Length;
            SyntheticRun.Tell(run, written, SyntheticRun.Rl);
            // A killed process leaves these two files as they are at that moment.
            File.Copy(source.File("run.db"), source.File("killed.db"));
            File.Copy(source.File("run.db-wal"), source.File("killed.db-wal"));
        }

        byte[] database = File.ReadAllBytes(source.File("killed.db")), log = File.ReadAllBytes(source.File("killed.db-wal"));
        Assert.True(log.Length > begun + 40_000, "the log holds every step");
        Gen.Int[(int)begun, log.Length].Sample(
            cut =>
            {
                using var folder = new TemporaryFolder();
                File.WriteAllBytes(folder.File("run.db"), database);
                File.WriteAllBytes(folder.File("run.db-wal"), log[..cut]);

                RunData read = RunReader.Load(folder.Path);
                long steps = read.Metrics.Count;
                Assert.Equal(Enumerable.Range(1, (int)steps).Select(i => (long)i), read.Metrics.Select(m => m.Step));
                Assert.Equal(run.Samples.Where(s => s.Step <= steps).Select(Line), read.Samples.Select(Line));
                Assert.Equal(read.Evaluations.Sum(e => 2 * e.Samples), RunReader.AllSamples(folder.Path).Count(s => s.Kind == "evaluation"));

                using (var resumed = RunFolder.Open(folder.Path))
                {
                    resumed.RewindTo(SyntheticRun.Rl, read.Checkpoints.Count == 0 ? -1 : 10);
                    SyntheticRun.Tell(run, resumed, SyntheticRun.Rl, read.Checkpoints.Count == 0 ? -1 : 10);
                }

                Assert.Equal(Lines(RunReader.Load(whole.Path)).Where(OfRl), Lines(RunReader.Load(folder.Path)).Where(OfRl));
            },
            iter: 25, threads: 1);
    }

    [Fact]
    public void ARewoundRunThatGoesOnEqualsAnUninterruptedOne()
    {
        RunData run = SyntheticRun.Create(steps: 30);
        using var folder = new TemporaryFolder();
        SyntheticRun.Write(run, folder.Path);
        string[] uninterrupted = [.. Lines(RunReader.Load(folder.Path)), .. RunReader.AllSamples(folder.Path).Select(Line)];

        const long Checkpoint = 17;
        using (var resumed = RunFolder.Open(folder.Path))
        {
            resumed.RewindTo(SyntheticRun.Rl, Checkpoint);
            RunData rewound = RunReader.Load(folder.Path);
            Assert.All(rewound.Metrics.Where(metric => metric.Stage == SyntheticRun.Rl), metric => Assert.True(metric.Step <= Checkpoint));
            Assert.All(RunReader.AllSamples(folder.Path), sample => Assert.True(sample.Step <= Checkpoint));
            Assert.All(rewound.Checkpoints, checkpoint => Assert.True(checkpoint.Step <= Checkpoint));
            Assert.DoesNotContain(rewound.Stages, stage => stage.Name == SyntheticRun.Rl);
            Assert.Null(resumed.EvaluationAt(SyntheticRun.Rl, 20));
            Assert.Equal(10, resumed.EvaluationAt(SyntheticRun.Rl, 10)!.Step);
            Assert.Equal(run.Metrics.Count(metric => metric.Stage == "pretrain"), rewound.Metrics.Count(metric => metric.Stage == "pretrain"));
            SyntheticRun.Tell(run, resumed, SyntheticRun.Rl, Checkpoint);
        }

        Assert.Equal(uninterrupted, Lines(RunReader.Load(folder.Path)).Concat(RunReader.AllSamples(folder.Path).Select(Line)));
    }

    [Fact]
    public void AResumedRunKeepsTheTimeItFirstStartedAndFollowsTheNewPlan()
    {
        RunData run = SyntheticRun.Create();
        using var folder = new TemporaryFolder();
        SyntheticRun.Write(run, folder.Path);
        using (var resumed = RunFolder.Open(folder.Path))
        {
            Assert.Equal("nano", resumed.Recorded!.Name);
            resumed.RunStarted(run.Run with
            {
                Started = run.Run.Started.AddHours(5), Versions = new Dictionary<string, string> { ["aha"] = "0.2.0" },
                Stages = [run.Run.Stages[2] with { Steps = 200 }, run.Run.Stages[1]],
            });
        }

        RunData read = RunReader.Load(folder.Path);
        Assert.Equal((run.Run.Started, "0.2.0"), (read.Run.Started, read.Run.Versions["aha"]));
        Assert.Equal([(SyntheticRun.Rl, 200L), ("pretrain", 2000L)], read.Run.Stages.Select(stage => (stage.Name, stage.Steps)));
        // What is no longer planned is not thrown away, and not summed up.
        Assert.Equal([SyntheticRun.Rl, "pretrain", "corpus"], read.Stages.Select(stage => stage.Name));
        Assert.Equal([SyntheticRun.Rl, "pretrain"], RunSummary.Of(read).Stages.Select(stage => stage.Name));
    }

    [Fact]
    public void ReadersSeeWholeStepsAndDoNotHoldUpTheWriter()
    {
        using var folder = new TemporaryFolder();
        RunData run = SyntheticRun.Create(steps: 150, evaluateEvery: 50);
        using RunFolder writer = Begun(folder.Path, run.Run);
        Task writing = Task.Run(() => SyntheticRun.Tell(run, writer, SyntheticRun.Rl), TestContext.Current.CancellationToken);
        int reads = 0;
        while (!writing.IsCompleted)
        {
            RunData read = RunReader.Load(folder.Path);
            Assert.Equal(run.Samples.Where(s => s.Step <= read.Metrics.Count).Count(), read.Samples.Count);
            Assert.Equal(read.Run.Stages.Count, run.Run.Stages.Count);
            reads++;
        }

        Assert.True(writing.IsCompletedSuccessfully, $"{writing.Exception}");
        Assert.True(reads > 0);
        Assert.Equal(150, RunReader.Load(folder.Path).Metrics.Count);
    }

    [Fact]
    public void TwoWritersAreRefusedWhileAReaderMayLookOn()
    {
        using var folder = new TemporaryFolder();
        using (RunFolder first = Begun(folder.Path))
        {
            first.StepCompleted(SyntheticRun.Create().Metrics[0], []);
            RunData read = RunReader.Load(folder.Path);
            Assert.Single(read.Metrics);
            Assert.Equal(RunState.Running, RunStatus.Of(read).State);
            Assert.Contains("another aha", Assert.Throws<RunFolderException>(() => RunFolder.Open(folder.Path)).Message);
        }

        Assert.Equal(RunState.Unfinished, RunStatus.Of(RunReader.Load(folder.Path)).State);
    }

    [Fact]
    public void AClosedRunIsOnePlainFileBesideTheRecipe()
    {
        using var folder = new TemporaryFolder();
        SyntheticRun.Write(SyntheticRun.Create(steps: 10), folder.Path);
        RunReader.Load(folder.Path);
        Assert.Equal([".lock", "recipe.yaml", "run.db"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static RunFolder Begun(string path, RunRecord? run = null)
    {
        var folder = RunFolder.Open(path);
        folder.RunStarted(run ?? SyntheticRun.Create(steps: 1).Run);
        return folder;
    }

    private static string[] Lines(RunData run) =>
    [
        JsonSerializer.Serialize(run.Run, RunJson.Lines.RunRecord),
        .. run.Metrics.Select(record => JsonSerializer.Serialize(record, RunJson.Lines.MetricRecord)),
        .. run.Samples.Select(Line),
        .. run.Evaluations.Select(record => JsonSerializer.Serialize(record, RunJson.Lines.EvaluationRecord)),
        .. run.Checkpoints.Select(record => JsonSerializer.Serialize(record, RunJson.Lines.CheckpointRecord)),
        .. run.Stages.Select(record => JsonSerializer.Serialize(record, RunJson.Lines.StageResult)),
    ];

    private static bool OfRl(string line) => line.Contains($"\"stage\":\"{SyntheticRun.Rl}\"", StringComparison.Ordinal);

    private static string Line(SampleRecord sample) => JsonSerializer.Serialize(sample, RunJson.Lines.SampleRecord);

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    private static string WellFormed(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
