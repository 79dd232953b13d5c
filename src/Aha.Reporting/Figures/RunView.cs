using Aha.Reporting.Charts;
using Aha.Runs;

namespace Aha.Reporting.Figures;

/// <summary>
/// A run seen as one training curve: the steps of its RL stages laid end to end, the benchmark that is followed, and the base model's
/// evaluation on it.
/// </summary>
internal sealed class RunView
{
    private readonly Dictionary<string, double> offsets = [];
    private readonly List<MetricRecord> training = [];

    public RunView(RunData data)
    {
        Data = data;
        string[] rl = [.. RlStages(data)];
        double offset = 0;
        foreach (string stage in rl)
        {
            offsets[stage] = offset;
            MetricRecord[] steps = [.. data.Metrics.Where(metric => metric.Stage == stage).OrderBy(metric => metric.Step)];
            training.AddRange(steps);
            double last = Math.Max(
                steps.Length == 0 ? 0 : steps[^1].Step,
                data.Evaluations.Where(evaluation => evaluation.Stage == stage).Select(evaluation => evaluation.Step).DefaultIfEmpty().Max());
            offset += last;
        }
        Benchmark = MainBenchmark(data, offsets);
        Followed = [.. data.Evaluations.Where(evaluation => evaluation.Benchmark == Benchmark && offsets.ContainsKey(evaluation.Stage)).OrderBy(X)];
        EvaluationRecord[] all = [.. data.Evaluations.Where(evaluation => evaluation.Benchmark == Benchmark)];
        Base = all.FirstOrDefault();
        // A student is not what became of its teacher.
        var lineage = new StageLineage(data.Run);
        Last = Base is null ? null : all.Last(evaluation => lineage.RootOf(evaluation.Stage) == lineage.RootOf(Base.Stage));
        Marks = rl.Length < 2 ? [] : [.. rl.Select(stage => new ChartMark(stage, offsets[stage]))];
    }

    public RunData Data { get; }

    /// <summary>Name of the benchmark that the figures follow; empty where nothing was evaluated.</summary>
    public string Benchmark { get; }

    /// <summary>Evaluations on <see cref="Benchmark"/> during RL, in order.</summary>
    public IReadOnlyList<EvaluationRecord> Followed { get; }

    /// <summary>The run's first evaluation on <see cref="Benchmark"/>, and the last of a model that came from the same base.</summary>
    public EvaluationRecord? Base { get; }
    public EvaluationRecord? Last { get; }

    /// <summary>Where each RL stage begins, if there are several.</summary>
    public IReadOnlyList<ChartMark> Marks { get; }

    /// <summary>Metric records of the RL stages, in order.</summary>
    public IReadOnlyList<MetricRecord> Training => training;

    /// <summary>The words to mark in transcripts: the run's own list, else those its evaluations counted, else the nano list.</summary>
    public ReflectiveWords Words
    {
        get
        {
            string[] named = [.. Data.Run.ReflectiveWords.Concat(Data.Evaluations.SelectMany(evaluation => evaluation.ReflectiveWords.Keys))];
            string[] words = [.. named.Where(word => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || c == '_'))];
            return words.Length > 0 ? new ReflectiveWords(words) : ReflectiveWords.Nano;
        }
    }

    /// <summary>Work done: finished stages, and an unfinished one as far as it got.</summary>
    public double Seconds => RunStatus.Of(Data).Seconds;

    public double X(EvaluationRecord evaluation) => offsets[evaluation.Stage] + evaluation.Step;

    /// <summary>A training metric over RL; empty where no step has it.</summary>
    public IReadOnlyList<ChartPoint> TrainingMetric(string name) =>
        [.. training.Where(metric => metric.Values.ContainsKey(name)).Select(metric => new ChartPoint(offsets[metric.Stage] + metric.Step, metric.Values[name]))];

    /// <summary>Names of training metrics that satisfy <paramref name="wanted"/>, in order of appearance.</summary>
    public IEnumerable<string> TrainingNames(Func<string, bool> wanted) => training.SelectMany(metric => metric.Values.Keys).Where(wanted).Distinct();

    /// <summary>An evaluation metric over RL; empty where no evaluation has it.</summary>
    public IReadOnlyList<ChartPoint> Evaluated(string name) => Evaluated(evaluation => evaluation.Metrics, name);

    /// <summary>Occurrences per 100 responses of a reflective word; a gap between two stages, of which the later may have begun from another model.</summary>
    public IReadOnlyList<ChartPoint> Word(string word)
    {
        EvaluationRecord[] counted = [.. Followed.Where(evaluation => evaluation.ReflectiveWords.ContainsKey(word))];
        return
        [
            .. counted.SelectMany((evaluation, i) => (ChartPoint[])
            [
                .. i > 0 && counted[i - 1].Stage != evaluation.Stage ? (ChartPoint[])[new ChartPoint(X(evaluation), double.NaN)] : [],
                new ChartPoint(X(evaluation), evaluation.ReflectiveWords[word]),
            ]),
        ];
    }

    /// <summary>The name of the majority-vote metric in use, such as <c>cons@16</c>.</summary>
    public string? Consensus => Followed.Concat(Last is null ? [] : [Last]).SelectMany(evaluation => evaluation.Metrics.Keys)
        .FirstOrDefault(name => name.StartsWith("cons@", StringComparison.Ordinal) && !name.EndsWith("_se", StringComparison.Ordinal));

    private List<ChartPoint> Evaluated(Func<EvaluationRecord, IReadOnlyDictionary<string, double>> values, string name) =>
        [.. Followed.Where(evaluation => values(evaluation).ContainsKey(name)).Select(evaluation => new ChartPoint(X(evaluation), values(evaluation)[name]))];

    private static IEnumerable<string> RlStages(RunData data)
    {
        IEnumerable<string> planned = data.Run.Stages.Where(stage => stage.Kind == "grpo").Select(stage => stage.Name);
        IEnumerable<string> seen = data.Metrics.Where(metric => metric.Kind == "grpo").Select(metric => metric.Stage);
        return planned.Concat(seen).Distinct();
    }

    private static string MainBenchmark(RunData data, Dictionary<string, double> rl)
    {
        IEnumerable<EvaluationRecord> during = data.Evaluations.Where(evaluation => rl.ContainsKey(evaluation.Stage));
        return (during.Any() ? during : data.Evaluations)
            .GroupBy(evaluation => evaluation.Benchmark)
            .OrderByDescending(group => group.Count())
            .Select(group => group.Key)
            .FirstOrDefault("");
    }
}
