using Aha.Models;
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

    public StageOutcome Run(StageContext context)
    {
        RunContext run = context.Run;
        using CausalLanguageModel model = context.StartModel is null
            ? CausalLanguageModel.Create(run.Recipe.Model.ToConfig(run.Tokenizer), run.Seed("model"))
            : context.LoadStartModel();
        var task = (CountdownTask)run.Task;
        CountdownTask world = options.Numbers is { } numbers ? new CountdownTask(task.Options with { Numbers = numbers, Limit = 0 }) : task;
        var corpus = new CountdownCorpus(world, new CorpusOptions(), run.Seed("corpus"));
        using TrainingBackend backend = run.CreateBackend(model);
        using var trainer = new Pretrainer(model, corpus.Document, run.Tokenizer, options, backend);
        if (TrainingCheckpoint.Exists(context.Folder.Checkpoint))
        {
            trainer.Resume(context.Folder.Checkpoint);
        }

        run.Store.RewindTo(context.Stage.Name, trainer.State.Step == 0 ? -1 : trainer.State.Step);
        run.Observer.StageStarted(new StageRecord(context.Stage.Name, context.Stage.Kind, options.Steps), trainer.State.Step);
        if (trainer.State.Step == 0)
        {
            run.Observer.Notice($"{model.ParameterCount:N0} parameters; first document: {corpus.Document(0)}");
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
                run.Observer.StepCompleted(new MetricRecord(context.Stage.Name, context.Stage.Kind, step, clock.Seconds, trainer.TakeMetrics(clock.Seconds)), []);
            }

            if (step % options.CheckpointEvery == 0 && step < options.Steps)
            {
                Save();
            }
        }

        context.SaveModel(model, options.Steps);
        return new StageOutcome(clock.Seconds, trainer.Summary());

        void Save()
        {
            trainer.Save(context.Folder.Checkpoint, clock.Seconds);
            context.Saved(context.Folder.Checkpoint, trainer.State.Step);
        }
    }
}
