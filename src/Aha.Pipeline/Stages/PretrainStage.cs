using Aha.Models;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Running;
using Aha.Runs;
using Aha.Tasks.Countdown;
using Aha.Training.Backends;
using Aha.Training.Checkpoints;
using Aha.Training.Pretraining;

namespace Aha.Pipeline.Stages;

/// <summary>Trains a base model from scratch on the task's generated corpus.</summary>
internal sealed class PretrainStage(PretrainOptions options) : IStage
{
    public long Steps => options.Steps;

    public StageWork Work(RunPlan plan, StagePlan stage)
    {
        long step = (long)options.BatchSize * options.SequenceLength;
        return new StageWork { TrainedTokens = (double)options.Steps * step, MicroBatchTokens = step };
    }

    public StageOutcome Run(StageContext context)
    {
        RunContext run = context.Run;
        using CausalLanguageModel model = context.Plan.Start is null
            ? CausalLanguageModel.Create(context.Plan.Config, run.Seed("model"))
            : context.LoadStartModel();
        Func<long, string> document = PretrainCorpus.Of(run.Recipe, (CountdownTask)run.Task, run.General, options.Numbers);
        using TrainingBackend backend = run.CreateBackend(model);
        using var trainer = new Pretrainer(model, document, context.Text.Tokenizer, options, backend);
        if (TrainingCheckpoint.Exists(context.Folder.Checkpoint))
        {
            trainer.Resume(context.Folder.Checkpoint);
        }

        run.Store.RewindTo(context.Name, trainer.State.Step == 0 ? -1 : trainer.State.Step);
        run.Observer.StageStarted(context.Record(options.Steps), trainer.State.Step);
        if (trainer.State.Step == 0)
        {
            run.Observer.Notice($"{model.ParameterCount:N0} parameters, {context.Text.Tokenizer.VocabularySize} token ids; first document: {document(0)}");
        }

        var clock = new StageClock(run.Time, trainer.State.Seconds);
        while (trainer.State.Step < options.Steps)
        {
            if (run.Cancel.IsCancellationRequested)
            {
                Save();
                run.Cancel.ThrowIfCancellationRequested();
            }

            trainer.Advance();
            long step = trainer.State.Step;
            if (step % options.LogEvery == 0 || step == options.Steps)
            {
                run.Observer.StepCompleted(new MetricRecord(context.Name, context.Plan.Stage.Kind, step, clock.Seconds, trainer.TakeMetrics(clock.Seconds)), []);
            }

            if (step % options.CheckpointEvery == 0 && step < options.Steps)
            {
                Save();
            }
        }

        context.SaveModel(model, options.Steps);
        return new StageOutcome(clock.Seconds, new Dictionary<string, double>(trainer.Summary()) { [Distillation.Compute] = StageCompute.Trained(model.Config, trainer.State.Tokens) });

        void Save()
        {
            trainer.Save(context.Folder.Checkpoint, clock.Seconds);
            context.Saved(context.Folder.Checkpoint, trainer.State.Step);
        }
    }
}
