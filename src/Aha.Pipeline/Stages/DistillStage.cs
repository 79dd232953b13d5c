using System.Text.Json;
using Aha.Models;
using Aha.Models.Checkpoints;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Runs;

namespace Aha.Pipeline.Stages;

/// <summary>Distillation: the teacher's verified answers, then supervised fine-tuning of the student on them.</summary>
internal sealed class DistillStage(DistillOptions options) : IStage
{
    public long Steps => 0;

    public StageWork Work(RunPlan plan, StagePlan stage)
    {
        StageWork sampling = TuningWork.OfSampling(plan, options.Sampling);
        double given = stage.InputsOf("data").Sum(data => TuningWork.TokensOf(plan, data));
        StageWork tuning = TuningWork.OfTuning(plan, options, given + sampling.SampledTokens);
        return tuning with { SampledTokens = tuning.SampledTokens + sampling.SampledTokens, LongestCompletion = Math.Max(tuning.LongestCompletion, sampling.LongestCompletion) };
    }

    public StageOutcome Run(StageContext context)
    {
        StageSource teacher = context.Plan.InputsOf("teacher").Single();
        StageOutcome sampled = SampleOnce(context, teacher);
        string[] files = [context.Folder.Data, .. context.Plan.InputsOf("data").Select(d => d.Path)];
        StageOutcome tuned = new ConversationTuning(options, context).Run(files, sampled.Seconds);
        var metrics = new Dictionary<string, double>(sampled.Metrics);
        foreach ((string name, double value) in tuned.Metrics)
        {
            metrics[name] = value;
        }

        metrics[Distillation.Compute] = tuned.Metrics[Distillation.Compute] + StageCompute.Sampled(TeacherConfig(teacher), sampled.Metrics["funnel/sampled"] * sampled.Metrics["sampled/length"]);
        foreach ((string name, double value) in StageCompute.OfTeacher(teacher.Maker))
        {
            metrics[name] = value;
        }

        return new StageOutcome(tuned.Seconds, metrics);
    }

    private static ModelConfig TeacherConfig(StageSource teacher) => teacher.Maker?.Config ?? ModelCheckpoint.ReadConfig(teacher.Path);

    // What the sampling came to is written beside its data: a session that finds it begins with the tuning.
    private StageOutcome SampleOnce(StageContext context, StageSource teacher)
    {
        string note = context.Folder.Data + ".note";
        if (File.Exists(note))
        {
            return JsonSerializer.Deserialize<StageOutcome>(File.ReadAllText(note))!;
        }

        context.Run.Observer.StageStarted(context.Record(0), 0);
        StageOutcome outcome = new AnswerSampling(options.Sampling, teacher, context with { Text = ModelText.Load(teacher.Path, context.Run.Recipe) }).Run();
        File.WriteAllText(note + ".new", JsonSerializer.Serialize(outcome));
        File.Move(note + ".new", note);
        return outcome;
    }
}
