using System.Globalization;
using System.Text.Json;

namespace Aha.Runs.Store;

/// <summary>Records to rows and back.</summary>
internal static class RunQueries
{
    private const string SampleColumns = "s.stage, s.step, s.kind, p.problem, s.sample, p.text, s.response, s.verdict, s.reason, s.reward, s.rewards, s.tokens, s.finish_reason";

    public static void Insert(RunDatabase database, RunRecord run)
    {
        RunJson json = RunJson.Lines;
        database.Execute(
            """
            INSERT INTO run (only, name, seed, started, command, versions, machine, recipe, overrides, published, reflective_words)
            VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT DO UPDATE SET name = $1, seed = $2, command = $4, versions = $5, machine = $6, recipe = $7, overrides = $8, published = $9, reflective_words = $10
            """,
            run.Name, run.Seed, Time(run.Started), run.Command, JsonSerializer.Serialize(run.Versions, json.Facts), JsonSerializer.Serialize(run.Machine, json.Facts), run.Recipe,
            JsonSerializer.Serialize(run.Overrides, json.Words), JsonSerializer.Serialize(run.Published, json.PublishedLines), JsonSerializer.Serialize(run.ReflectiveWords, json.Words));
        database.Execute("UPDATE stages SET position = NULL");
        for (int i = 0; i < run.Stages.Count; i++)
        {
            StageRecord stage = run.Stages[i];
            database.Execute(
                "INSERT INTO stages (name, kind, position, steps, origin) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO UPDATE SET kind = $2, position = $3, steps = $4, origin = $5",
                stage.Name, stage.Kind, i, stage.Steps, stage.From);
        }
    }

    public static void Insert(RunDatabase database, MetricRecord metric) => database.Execute(
        "INSERT INTO metrics (stage, kind, step, seconds, \"values\") VALUES ($1, $2, $3, $4, $5)",
        metric.Stage, metric.Kind, metric.Step, Number(metric.Seconds), Numbers(metric.Values));

    /// <returns>The row's id, by which its samples refer to it.</returns>
    public static long Insert(RunDatabase database, EvaluationRecord evaluation) => (long)database.Single(
        "INSERT INTO evaluations (stage, step, seconds, benchmark, problems, samples, metrics, reflective_words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        evaluation.Stage, evaluation.Step, Number(evaluation.Seconds), evaluation.Benchmark, evaluation.Problems, evaluation.Samples,
        Numbers(evaluation.Metrics), Numbers(evaluation.ReflectiveWords))!;

    /// <param name="evaluation">The evaluation they belong to; null for samples kept of a training step.</param>
    public static void Insert(RunDatabase database, IReadOnlyList<SampleRecord> samples, long? evaluation)
    {
        // Samples of one problem share their prompt: it is looked up once a call and stored once a run.
        var prompts = new Dictionary<(string, string), long>();
        foreach (SampleRecord sample in samples)
        {
            if (!prompts.TryGetValue((sample.Problem, sample.Prompt), out long prompt))
            {
                prompts[(sample.Problem, sample.Prompt)] = prompt = PromptId(database, sample);
            }

            database.Execute(
                """
                INSERT INTO samples (evaluation, stage, step, kind, prompt, sample, response, verdict, reason, reward, rewards, tokens, finish_reason)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                """,
                evaluation, sample.Stage, sample.Step, sample.Kind, prompt, sample.Sample, sample.Response, sample.Verdict, sample.Reason,
                Number(sample.Reward), Numbers(sample.Rewards), sample.Tokens, sample.FinishReason);
        }
    }

    public static void Insert(RunDatabase database, CheckpointRecord checkpoint) => database.Execute(
        "INSERT INTO checkpoints (stage, step, path, saved, bytes) VALUES ($1, $2, $3, $4, $5)",
        checkpoint.Stage, checkpoint.Step, checkpoint.Path, Time(checkpoint.Saved), checkpoint.Bytes);

    public static void Insert(RunDatabase database, StageResult result) => database.Execute(
        "INSERT INTO stages (name, kind, steps, seconds, metrics) VALUES ($1, $2, 0, $3, $4) ON CONFLICT DO UPDATE SET kind = $2, seconds = $3, metrics = $4",
        result.Name, result.Kind, Number(result.Seconds), Numbers(result.Metrics));

    /// <summary>Null where the run has not begun.</summary>
    public static RunRecord? Run(RunDatabase database)
    {
        RunJson json = RunJson.Lines;
        StageRecord[] stages = [.. database.Query("SELECT name, kind, steps, origin FROM stages WHERE position IS NOT NULL ORDER BY position", row => new StageRecord(row.Text(0), row.Text(1), row.Whole(2), row.TextOrNull(3)))];
        return database.Query(
            "SELECT name, seed, started, command, versions, machine, recipe, overrides, published, reflective_words FROM run",
            row => new RunRecord
            {
                Name = row.Text(0), Seed = row.Whole(1), Started = row.Time(2), Command = row.Text(3), Versions = row.Json(4, json.Facts), Machine = row.Json(5, json.Facts),
                Recipe = row.Text(6), Overrides = row.Json(7, json.Words), Stages = stages, Published = row.Json(8, json.PublishedLines), ReflectiveWords = row.Json(9, json.Words),
            }).FirstOrDefault();
    }

    public static IEnumerable<MetricRecord> Metrics(RunDatabase database) => database.Query(
        "SELECT stage, kind, step, seconds, \"values\" FROM metrics ORDER BY id",
        row => new MetricRecord(row.Text(0), row.Text(1), row.Whole(2), row.Number(3), row.Json(4, RunJson.Lines.Numbers)));

    /// <param name="stage">Null for those of all stages.</param>
    public static IEnumerable<EvaluationRecord> Evaluations(RunDatabase database, string? stage = null) => database.Query(
        "SELECT stage, step, seconds, benchmark, problems, samples, metrics, reflective_words FROM evaluations WHERE $1 IS NULL OR stage = $1 ORDER BY id",
        row => new EvaluationRecord
        {
            Stage = row.Text(0), Step = row.Whole(1), Seconds = row.Number(2), Benchmark = row.Text(3), Problems = row.Count(4), Samples = row.Count(5),
            Metrics = row.Json(6, RunJson.Lines.Numbers), ReflectiveWords = row.Json(7, RunJson.Lines.Numbers),
        },
        stage);

    /// <summary>Samples kept of training steps.</summary>
    public static IEnumerable<SampleRecord> KeptSamples(RunDatabase database) => database.Query(
        $"SELECT {SampleColumns} FROM samples s JOIN prompts p ON p.id = s.prompt WHERE s.evaluation IS NULL ORDER BY s.id", Sample);

    /// <summary>The first sample of every problem in the last evaluation of a stage.</summary>
    public static IEnumerable<SampleRecord> LastAnswers(RunDatabase database, string stage) => database.Query(
        $"SELECT {SampleColumns} FROM samples s JOIN prompts p ON p.id = s.prompt WHERE s.evaluation = (SELECT max(id) FROM evaluations WHERE stage = $1) AND s.sample = 0 ORDER BY s.id",
        Sample,
        stage);

    /// <summary>Samples kept of training steps and those of all evaluations.</summary>
    public static IEnumerable<SampleRecord> AllSamples(RunDatabase database) => database.Query(
        $"SELECT {SampleColumns} FROM samples s JOIN prompts p ON p.id = s.prompt ORDER BY s.id", Sample);

    public static IEnumerable<CheckpointRecord> Checkpoints(RunDatabase database) => database.Query(
        "SELECT stage, step, path, saved, bytes FROM checkpoints ORDER BY id",
        row => new CheckpointRecord(row.Text(0), row.Whole(1), row.Text(2), row.Time(3), row.Whole(4)));

    /// <summary>Finished stages: those of the plan in its order, then what is left of earlier plans.</summary>
    public static IEnumerable<StageResult> Results(RunDatabase database) => database.Query(
        "SELECT name, kind, seconds, metrics FROM stages WHERE metrics IS NOT NULL ORDER BY position NULLS LAST, rowid",
        row => new StageResult(row.Text(0), row.Text(1), row.Number(2), row.Json(3, RunJson.Lines.Numbers)));

    private static SampleRecord Sample(RunRow row) => new()
    {
        Stage = row.Text(0), Step = row.Whole(1), Kind = row.Text(2), Problem = row.Text(3), Sample = row.CountOrNull(4), Prompt = row.Text(5), Response = row.Text(6),
        Verdict = row.Text(7), Reason = row.TextOrNull(8), Reward = row.Number(9), Rewards = row.Json(10, RunJson.Lines.Numbers), Tokens = row.Count(11), FinishReason = row.Text(12),
    };

    private static long PromptId(RunDatabase database, SampleRecord sample) =>
        database.Single("SELECT id FROM prompts WHERE problem = $1 AND text = $2", sample.Problem, sample.Prompt) as long?
        ?? (long)database.Single("INSERT INTO prompts (problem, text) VALUES ($1, $2) RETURNING id", sample.Problem, sample.Prompt)!;

    private static string Numbers(IReadOnlyDictionary<string, double> values) => JsonSerializer.Serialize(values, RunJson.Lines.Numbers);

    // SQLite has no NaN.
    private static object? Number(double value) => double.IsNaN(value) ? null : value;

    private static string Time(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
