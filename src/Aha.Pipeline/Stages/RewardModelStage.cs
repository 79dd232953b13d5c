using Aha.Models;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Runs;
using Aha.Tasks.General;
using Aha.Tasks.Preferences;
using Aha.Tensors;
using Aha.Tokenization;
using Aha.Training.Backends;
using Aha.Training.Checkpoints;
using Aha.Training.RewardModels;

namespace Aha.Pipeline.Stages;

/// <summary>Trains a reward model from a language model: helpfulness from pairs, safety from labelled responses.</summary>
internal sealed class RewardModelStage(RewardModelStageOptions options) : IStage
{
    // Of a generated pair or response, prompt included.
    private const double TokensPerText = 16;

    // Known only once the data is there.
    public long Steps => 0;

    public StageWork Work(RunPlan plan, StagePlan stage)
    {
        double texts = options.Generate * (options.Objective == RewardObjective.Pairwise ? 2 : 1);
        double tokens = options.Data is null ? texts * TokensPerText : TuningWork.TokensOf(plan, stage.InputsOf("data").Single());
        return new StageWork { TrainedTokens = tokens * options.Epochs, MicroBatchTokens = options.MicroBatchTokens };
    }

    public StageOutcome Run(StageContext context)
    {
        RunContext run = context.Run;
        using CausalLanguageModel start = CausalLanguageModel.Load(context.Plan.Start!.Path);
        using CausalLanguageModel model = start.WithScoreHead();
        ComputePrecision precision = BackendChoice.PrecisionOf(run.Backend);
        var text = new RewardText(context.Text.Tokenizer, context.Text.Prompts, options.LooksAt);
        (IReadOnlyList<RewardExample> train, IReadOnlyList<RewardExample> heldOut, double balanced, Dictionary<string, double> judged) = Examples(context, text, model.Config.MaxPositionEmbeddings);
        using var trainer = new RewardModelTrainer(model, train, options, precision, run.Seed(context.Name));
        if (TrainingCheckpoint.Exists(context.Folder.Checkpoint))
        {
            trainer.Resume(context.Folder.Checkpoint);
        }

        run.Store.RewindTo(context.Name, trainer.State.Step == 0 ? -1 : trainer.State.Step);
        run.Observer.StageStarted(context.Record(trainer.Steps), trainer.State.Step);
        var clock = new StageClock(run.Time, trainer.State.Seconds);
        while (trainer.State.Step < trainer.Steps)
        {
            if (run.Cancel.IsCancellationRequested)
            {
                Save();
                run.Cancel.ThrowIfCancellationRequested();
            }

            Dictionary<string, double> metrics = trainer.Advance();
            run.Observer.StepCompleted(new MetricRecord(context.Name, context.Plan.Stage.Kind, trainer.State.Step, clock.Seconds, metrics), []);
            if (trainer.State.Step % options.CheckpointEvery == 0 && trainer.State.Step < trainer.Steps)
            {
                Save();
            }
        }

        Dictionary<string, double> quality = RewardQuality.Evaluate(model, heldOut, precision, options.MicroBatchTokens);
        quality["trained_examples"] = train.Count;
        quality["left_out_for_length"] = balanced;
        foreach ((string name, double value) in judged)
        {
            quality[name] = value;
        }

        model.Save(context.Folder.Model);
        context.Text.Save(context.Folder.Model);
        new RewardModelNote(options.Objective, options.LooksAt, run.Recipe.Template, run.Recipe.SystemPrompt).Save(context.Folder.Model);
        context.Saved(context.Folder.Model, trainer.Steps);
        return new StageOutcome(clock.Seconds, quality);

        void Save()
        {
            trainer.Save(context.Folder.Checkpoint, clock.Seconds);
            context.Saved(context.Folder.Checkpoint, trainer.State.Step);
        }
    }

    private (IReadOnlyList<RewardExample> Train, IReadOnlyList<RewardExample> HeldOut, double Balanced, Dictionary<string, double> Judged) Examples(StageContext context, RewardText text, int positions)
    {
        if (options.Objective == RewardObjective.Pairwise)
        {
            PreferenceData<PreferencePair> pairs = Data(
                context, (world, seed) => GeneralPreferences.Pairs(world, options.Generate, seed), path => PreferenceFile.LoadPairs(path, toBeJudged: options.Judge.Url is not null), pair => pair.Prompt);
            Dictionary<string, double> judged = [];
            if (options.Judge.Url is not null)
            {
                (pairs, judged) = new PairJudging(options, context).Run(pairs);
            }

            IReadOnlyList<RewardExample> all = Encode(context, pairs.Train, pair => RewardExample.Of(pair, text), positions, "to learn from");
            IReadOnlyList<RewardExample> train = options.LengthBalanced ? [.. LengthBalance.Select([.. all.Select(e => e.ResponseTokens[0] - e.ResponseTokens[1])]).Select(i => all[i])] : all;
            Require(context, train.Count > 0, $"of {all.Count} pairs none is left when chosen and rejected responses must be equally long (in every pair the same one is the longer); set length_balanced: false, or add pairs");
            return (train, Encode(context, pairs.HeldOut, pair => RewardExample.Of(pair, text), positions, "held out"), all.Count - train.Count, judged);
        }

        PreferenceData<LabelledResponse> responses = Data(
            context, (world, seed) => GeneralPreferences.Responses(world, options.Generate, seed), PreferenceFile.LoadResponses, response => response.Prompt);
        RequireBothClasses(context, responses.Train, "to learn from");
        RequireBothClasses(context, responses.HeldOut, "held out");
        return (Encode(context, responses.Train, r => RewardExample.Of(r, text), positions, "to learn from"), Encode(context, responses.HeldOut, r => RewardExample.Of(r, text), positions, "held out"), 0, []);
    }

    private PreferenceData<T> Data<T>(StageContext context, Func<GeneralTask, long, PreferenceData<T>> generate, Func<string, IReadOnlyList<T>> load, Func<T, string> promptOf)
    {
        PreferenceData<T> data = options.Data is null
            ? generate((GeneralTask)context.Run.General!, context.Run.Seed(context.Name))
            : PreferenceData.Divide(load(context.Plan.InputsOf("data").Single().Path), promptOf, options.HeldOut);
        Require(context, data.Train.Count > 0 && data.HeldOut.Count > 0, $"{data.Train.Count} examples to learn from and {data.HeldOut.Count} held out; both are needed: add prompts, or change held_out");
        return data;
    }

    private static List<RewardExample> Encode<T>(StageContext context, IReadOnlyList<T> items, Func<T, RewardExample> encode, int positions, string what)
    {
        var examples = new List<RewardExample>();
        try
        {
            examples.AddRange(items.Select(encode).Where(example => example.Longest <= positions));
        }
        catch (TokenizationException e)
        {
            throw new TokenizationException($"stage {context.Name}: {e.Message}", e);
        }

        if (examples.Count < items.Count)
        {
            context.Run.Observer.Notice($"{items.Count - examples.Count} of {items.Count} examples {what} are longer than the model's {positions} positions and are left out");
        }

        Require(context, examples.Count > 0, $"none of the {items.Count} examples {what} fits into the model's {positions} positions");
        return examples;
    }

    private static void RequireBothClasses(StageContext context, IReadOnlyList<LabelledResponse> responses, string what) => Require(
        context, responses.Any(r => r.IsGood) && responses.Any(r => !r.IsGood),
        $"all {responses.Count} responses {what} are labelled {(responses[0].IsGood ? "safe" : "unsafe")}; a pointwise reward model needs both classes");

    private static void Require(StageContext context, bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RecipeException($"stage {context.Name}: {otherwise}");
        }
    }
}
