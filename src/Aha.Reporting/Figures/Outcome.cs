using Aha.Runs;

namespace Aha.Reporting.Figures;

/// <summary>What a run came to, in words.</summary>
public static class Outcome
{
    /// <summary>
    /// One sentence: of a distillation <c>student: distilled .79, by reinforcement learning .66, teacher .84</c>; else <c>pass@1 .15 → .84 on 323 unseen problems in 6 min 12 s</c>; of a run without evaluations, its reward, else what it did.
    /// </summary>
    public static string Sentence(RunData run) => Sentence(new RunView(run));

    internal static string Sentence(RunView view)
    {
        string time = view.Seconds > 0 ? $" in {Numbers.Duration(view.Seconds)}" : "";
        if (Distilled(view.Data) is { } student)
        {
            return student + time;
        }
        if (view is { Base: { } first, Last: { } last }
            && first.Metrics.TryGetValue("pass@1", out double before) && last.Metrics.TryGetValue("pass@1", out double after))
        {
            string change = ReferenceEquals(first, last) ? Numbers.Share(after) : $"{Numbers.Share(before)} → {Numbers.Share(after)}";
            return $"pass@1 {change} on {Numbers.Count(last.Problems)} unseen problems{time}";
        }
        var rewards = view.TrainingMetric("reward");
        if (rewards.Count > 1)
        {
            return $"reward {Numbers.Share(rewards[0].Y)} → {Numbers.Share(rewards[^1].Y)} in {Numbers.Count(rewards.Count)} steps{time}";
        }
        int stages = view.Data.Stages.Count;
        return $"{view.Data.Run.Name}: {stages} {(stages == 1 ? "stage" : "stages")} done{time}";
    }

    // Of the first student; null where it was not both distilled and trained by reinforcement learning.
    private static string? Distilled(RunData run)
    {
        if (Distillation.Of(run) is not [var first, ..])
        {
            return null;
        }
        string? Text(string label) => first.Rows.FirstOrDefault(row => row.Label == label) is { } row && row.Metrics.TryGetValue("pass@1", out double value) ? $"{label} {Numbers.Share(value)}" : null;
        return Text("distilled") is { } distilled && Text("by reinforcement learning") is { } trained
            ? $"{first.Student}: {distilled}, {trained}{(Text("teacher") is { } teacher ? $", {teacher}" : "")}"
            : null;
    }

    /// <summary>Where a run that is not complete stands; null for one that is.</summary>
    internal static string? Unfinished(RunData run)
    {
        (_, StageRecord? open, long step, _) = RunStatus.Of(run);
        return open is null ? null
            : step > 0 ? $"not finished: {open.Name} is at step {Numbers.Count(step)}{(open.Steps > 0 ? $" of {Numbers.Count(open.Steps)}" : "")}"
            : $"not finished: {open.Name} has not begun";
    }
}
