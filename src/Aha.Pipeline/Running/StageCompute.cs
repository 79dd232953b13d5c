using Aha.Models;
using Aha.Pipeline.Planning;
using Aha.Runs;

namespace Aha.Pipeline.Running;

/// <summary>Floating-point operations of a stage, by the usual rule: two a weight and token going forward, four going back (Kaplan et al. 2020, section 2.1). Attention, prompts and evaluations are left out.</summary>
internal static class StageCompute
{
    public static double Trained(ModelConfig config, double tokens) => 6.0 * MemoryEstimate.Parameters(config) * tokens;

    public static double Sampled(ModelConfig config, double tokens) => 2.0 * MemoryEstimate.Parameters(config) * tokens;

    /// <summary>What a distillation's table says of the teacher: how good it is, and what it took to make; nothing of a teacher that no stage made, or that was not evaluated.</summary>
    public static Dictionary<string, double> OfTeacher(StagePlan? teacher)
    {
        var metrics = new Dictionary<string, double>();
        if (teacher?.Folder.Finished() is not { } result)
        {
            return metrics;
        }

        foreach ((string name, double value) in result.Metrics.Where(m => Distillation.IsHeldOut(m.Key)))
        {
            metrics[Distillation.Teacher + name] = value;
        }

        double seconds = 0, operations = 0;
        for (StagePlan? stage = teacher; stage is not null; stage = stage.Start?.Maker)
        {
            StageResult? made = stage.Folder.Finished();
            seconds += made?.Seconds ?? 0;
            operations += made?.Metrics.GetValueOrDefault(Distillation.Compute) ?? 0;
        }

        metrics[Distillation.TeacherSeconds] = seconds;
        metrics[Distillation.TeacherOperations] = operations;
        return metrics;
    }
}
