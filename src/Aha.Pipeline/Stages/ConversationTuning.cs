using Aha.Data;
using Aha.Data.Conversations;
using Aha.Evaluation;
using Aha.Generation;
using Aha.Models;
using Aha.Models.Adapters;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Runs;
using Aha.Tasks;
using Aha.Training.Backends;
using Aha.Training.Checkpoints;
using Aha.Training.SupervisedTuning;

namespace Aha.Pipeline.Stages;

/// <summary>Tunes a stage's start model on conversations: what <c>sft</c> and <c>distill</c> share.</summary>
internal sealed class ConversationTuning(SftStageOptions options, StageContext context)
{
    // More tell the loss no better.
    private const int MostHeldOut = 512;

    private readonly RunContext _run = context.Run;

    /// <param name="files">Conversations to learn.</param>
    /// <param name="secondsBefore">Seconds the stage worked before the tuning.</param>
    public StageOutcome Run(IReadOnlyList<string> files, double secondsBefore)
    {
        using CausalLanguageModel model = context.LoadStartModel();
        (IReadOnlyList<TuningExample> examples, IReadOnlyList<TuningExample> heldOut) = Examples(files, model.Config.MaxPositionEmbeddings);
        using TrainingBackend backend = _run.CreateBackend(model);
        using LoraAdapter? adapter = context.Attach(options.Lora, model);
        using var trainer = new SftTrainer(model, examples, options, _run.Seed(context.Name), backend, adapter);
        using Questioner? questioner = options.Evaluate ? new Questioner(context, model) : null;
        if (TrainingCheckpoint.Exists(context.Folder.Checkpoint))
        {
            trainer.Resume(context.Folder.Checkpoint);
        }

        _run.Store.RewindTo(context.Name, trainer.State.Step == 0 ? -1 : trainer.State.Step);
        _run.Observer.StageStarted(context.Record(trainer.Steps), trainer.State.Step);
        var clock = new StageClock(_run.Time, trainer.State.Step == 0 ? secondsBefore : trainer.State.Seconds);
        Train(trainer, heldOut, questioner, clock);

        var metrics = new Dictionary<string, double>
        {
            ["loss"] = trainer.State.LastLoss, ["num_tokens"] = trainer.State.Tokens, ["conversations"] = examples.Count,
            [Distillation.Compute] = StageCompute.Trained(model.Config, trainer.State.Tokens),
        };
        if (heldOut.Count > 0)
        {
            metrics["validation_loss"] = trainer.Measure(heldOut, _run.Cancel);
        }

        foreach ((string name, double value) in questioner?.Ask(0, trainer.Steps, clock.Seconds).Metrics ?? new Dictionary<string, double>())
        {
            metrics[name] = value;
        }

        context.SaveModel(model, trainer.Steps, adapter);
        return new StageOutcome(clock.Seconds, metrics);
    }

    private void Train(SftTrainer trainer, IReadOnlyList<TuningExample> heldOut, Questioner? questioner, StageClock clock)
    {
        while (trainer.State.Step < trainer.Steps)
        {
            long step = trainer.State.Step + 1;
            bool last = step == trainer.Steps, measure = options.EvaluateEvery > 0 && step % options.EvaluateEvery == 0 && !last;
            if (measure || last)
            {
                // What is measured after the step may be interrupted: step and measurement are then done again, together.
                Save();
            }

            try
            {
                trainer.Advance(_run.Cancel);
            }
            catch (OperationCanceledException)
            {
                Save();
                throw;
            }

            if (step % options.LogEvery == 0 || last || measure)
            {
                Dictionary<string, double> values = trainer.TakeMetrics(clock.Seconds);
                if (measure && heldOut.Count > 0)
                {
                    values["validation_loss"] = trainer.Measure(heldOut, _run.Cancel);
                }

                _run.Observer.StepCompleted(new MetricRecord(context.Name, context.Plan.Stage.Kind, step, clock.Seconds, values), []);
            }

            if (measure)
            {
                questioner?.Ask(options.EvaluationProblems, step, clock.Seconds);
            }

            if (step % options.CheckpointEvery == 0 && !last)
            {
                Save();
            }
        }

        void Save()
        {
            trainer.Save(context.Folder.Checkpoint, clock.Seconds);
            context.Saved(context.Folder.Checkpoint, trainer.State.Step);
        }
    }

    private (IReadOnlyList<TuningExample> Examples, IReadOnlyList<TuningExample> HeldOut) Examples(IReadOnlyList<string> files, int positions)
    {
        ModelText text = context.Text;
        IConversationEncoder encoder = text.Prompts is PromptTemplate plain
            ? new PlainConversationEncoder(text.Tokenizer, plain)
            : new ChatConversationEncoder(text.Tokenizer, text.ChatTemplate!, _run.Recipe.SystemPrompt);
        Conversation[] all = [.. files.SelectMany(ConversationFile.Load)];
        Conversation[] heldOut = options.Validation is null
            ? [.. all.Where(c => Seeds.Fraction("validation " + c.Question) < options.ValidationShare)]
            : [.. ConversationFile.Load(context.Plan.InputsOf("validation").Single().Path)];
        Conversation[] learned = options.Validation is null ? [.. all.Except(heldOut, ReferenceEqualityComparer.Instance).Cast<Conversation>()] : all;
        int most = options.MaxLength > 0 ? Math.Min(options.MaxLength, positions) : positions;
        List<TuningExample> examples = Fitting(learned, encoder, most, "to learn from");
        if (examples.Count == 0)
        {
            throw new DataFileException($"stage {context.Name}: none of the {learned.Length} conversations has at most {most} tokens; raise max_length, or take a model with more positions");
        }

        string first = text.Tokenizer.Decode(examples[0].Ids, skipSpecial: false);
        _run.Observer.Notice($"{learned.Length} conversations, {examples.Sum(e => (long)e.LearnedTokens)} of {examples.Sum(e => (long)e.Ids.Length)} tokens are learned; the first: {(first.Length <= 600 ? first : first[..600] + " ...")}");
        return (examples, Fitting(heldOut.Take(MostHeldOut), encoder, most, "held out"));
    }

    private List<TuningExample> Fitting(IEnumerable<Conversation> conversations, IConversationEncoder encoder, int most, string what)
    {
        TuningExample[] encoded = [.. conversations.SelectMany(encoder.Encode)];
        List<TuningExample> fitting = [.. encoded.Where(e => e.Ids.Length <= most)];
        if (fitting.Count < encoded.Length)
        {
            _run.Observer.Notice($"{encoded.Length - fitting.Count} of {encoded.Length} examples {what} are longer than {most} tokens and are left out");
        }

        return fitting;
    }

    /// <summary>Asks the model the task's held-out problems.</summary>
    private sealed class Questioner : IDisposable
    {
        private readonly StageContext _context;
        private readonly CausalLanguageModel _model;
        private readonly RolloutEngine _engine;
        private readonly RolloutSampler _sampler;

        public Questioner(StageContext context, CausalLanguageModel model)
        {
            (_context, _model) = (context, model);
            _engine = context.Run.Engine(model.Config);
            _sampler = context.Sampler(_engine);
            EvaluationOptions evaluation = context.Run.Recipe.Evaluation;
            RunContext.RequireRoom("evaluation", model.Config.MaxPositionEmbeddings, _sampler, context.Run.TestProblems(evaluation.Problems), evaluation.MaxNewTokens);
        }

        /// <param name="limit">Problems asked during training; at the end it is the recipe's number.</param>
        public EvaluationResult Ask(int limit, long step, double seconds)
        {
            _engine.LoadWeights(_model, step);
            int problems = limit > 0 ? limit : _context.Run.Recipe.Evaluation.Problems;
            return _context.Evaluate(_sampler, _context.Run.TestProblems(problems), _context.Run.Task.Name, step, seconds);
        }

        public void Dispose() => _engine.Dispose();
    }
}
