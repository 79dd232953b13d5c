using System.Text.Json;
using Aha.Data.Conversations;
using Aha.Evaluation;
using Aha.Evaluation.RejectionSampling;
using Aha.Generation;
using Aha.Models;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Runs;
using Aha.Tasks;
using Aha.Verification.Language;

namespace Aha.Pipeline.Stages;

/// <summary>
/// Samples answers from a model, judges and filters them, and writes what is kept as conversations: what <c>sample</c> and <c>distill</c> share. All
/// answers are kept in <c>sampled.jsonl</c>, from which an interrupted stage goes on.
/// </summary>
/// <param name="source">The model that answers.</param>
/// <param name="context">Its text is that model's.</param>
internal sealed class AnswerSampling(SampleOptions options, StageSource source, StageContext context)
{
    // An interruption loses at most the answers to so many problems.
    private const int ProblemsAtATime = 64;

    private readonly RunContext _run = context.Run;

    /// <summary>Samples and filters; what an earlier session did is not done again.</summary>
    /// <returns>Seconds worked, and the funnel with the model's accuracy on the problems.</returns>
    /// <exception cref="RunException">Nothing was kept.</exception>
    public StageOutcome Run()
    {
        (IReadOnlyList<SampledAnswer> answers, double seconds) = Sample();
        var clock = new StageClock(_run.Time, seconds);
        (IReadOnlyList<SampledAnswer> kept, Funnel funnel) = AnswerFilters.Apply(answers, Filters());
        if (kept.Count == 0)
        {
            FunnelStep most = funnel.Widest!;
            throw new RunException($"stage {context.Name}: none of {funnel.Sampled} sampled answers was kept; most fell as '{most.Name}' ({most.Fell}). Sample more or better, or relax that filter");
        }

        int added = Write(kept);
        _run.Observer.Notice($"{kept.Count + added} conversations in {context.Folder.Data}");
        int scorable = answers.Count(a => a.Verdict != "unscorable");
        var metrics = new Dictionary<string, double>(funnel.ToMetrics())
        {
            ["sampled/accuracy"] = scorable == 0 ? 0 : (double)answers.Count(a => a.Verdict == "correct") / scorable,
            ["sampled/length"] = answers.Average(a => (double)a.Tokens),
            ["kept/problems"] = kept.DistinctBy(a => a.Problem).Count(),
            ["kept/length"] = kept.Average(a => (double)a.Tokens),
            ["mixed_in"] = added,
        };
        return new StageOutcome(clock.Seconds, metrics);
    }

    private (IReadOnlyList<SampledAnswer> Answers, double Seconds) Sample()
    {
        IReadOnlyList<Problem> all = _run.Task.Problems(Split.Train);
        IReadOnlyList<Problem> problems = options.Problems > 0 ? [.. all.Take(options.Problems)] : all;
        using var log = new SampledLog(context.Folder.Sampled);
        if (log.State.Problems < problems.Count)
        {
            var clock = new StageClock(_run.Time, log.State.Seconds);
            using CausalLanguageModel model = CausalLanguageModel.Load(source.Path);
            using RolloutEngine engine = _run.Engine(model.Config);
            engine.LoadWeights(model, policyVersion: 0);
            RolloutSampler sampler = context.Sampler(engine);
            RunContext.RequireRoom($"stages.{context.Name}", model.Config.MaxPositionEmbeddings, sampler, problems, options.MaxNewTokens);
            var sampling = new SamplingOptions
            {
                Temperature = (float)options.Temperature, TopP = (float)options.TopP, MaxNewTokens = options.MaxNewTokens, StopTokens = context.Text.Tokenizer.EndIds,
            };
            while (log.State.Problems < problems.Count)
            {
                int first = log.State.Problems;
                Problem[] asked = [.. problems.Skip(first).Take(ProblemsAtATime)];
                IReadOnlyList<JudgedCompletion> completions = sampler.Sample(asked, options.Samples, sampling, Seeds.Derive(_run.Seed(context.Name), first), _run.Cancel);
                log.Append(completions.Select(SampledAnswer.Of), asked.Length, clock.Seconds);
                _run.Observer.Progress($"sampling {problems.Count} x {options.Samples}", log.State.Problems, problems.Count);
            }
        }

        return (log.Read(), log.State.Seconds);
    }

    private IEnumerable<AnswerFilter> Filters()
    {
        if (options.Verified)
        {
            yield return AnswerFilters.Scorable;
            yield return AnswerFilters.Correct;
        }

        yield return AnswerFilters.Complete;
        if (options.Format != "none")
        {
            yield return AnswerFilters.InFormat(options.Format);
        }

        if (options.MinTokens > 0 || options.MaxTokens > 0)
        {
            yield return AnswerFilters.Length(options.MinTokens, options.MaxTokens);
        }

        if (options.Language != "none")
        {
            yield return AnswerFilters.OneLanguage(WantedLanguage(options.Language), options.MinConsistency);
        }

        if (options.MaxParagraph > 0)
        {
            yield return AnswerFilters.Paragraphs(options.MaxParagraph);
        }

        if (options.DropCode)
        {
            yield return AnswerFilters.NoCode;
        }

        // After rewriting two answers may say the same; before it, one that cannot be rewritten must not crowd out one that can.
        foreach (string rewrite in options.Rewrite)
        {
            yield return AnswerRewrites.Named(rewrite, options.SpecialToken, options.Summary);
        }

        if (options.DropRepeated)
        {
            yield return AnswerFilters.Distinct;
        }

        if (options.PerProblem > 0)
        {
            yield return AnswerFilters.AtMost(options.PerProblem);
        }
    }

    private static Func<string, LanguageConsistency?> WantedLanguage(string language)
    {
        if (language != "question")
        {
            var fixedOne = new LanguageConsistency(language);
            return _ => fixedOne;
        }

        var known = new Dictionary<string, LanguageConsistency>();
        return question =>
        {
            if (LanguageIdentifier.Detect(question) is not { } code)
            {
                return null;
            }

            return known.TryGetValue(code, out LanguageConsistency? measure) ? measure : known[code] = new LanguageConsistency(code);
        };
    }

    /// <summary>Writes what was kept, with where it came from, and what is mixed in; returns how many the latter are.</summary>
    private int Write(IReadOnlyList<SampledAnswer> kept)
    {
        string fresh = context.Folder.Data + ".new";
        int added = 0;
        using (StreamWriter writer = new(fresh) { NewLine = "\n" })
        {
            foreach (SampledAnswer answer in kept)
            {
                writer.WriteLine(JsonSerializer.Serialize(
                    new
                    {
                        id = $"{answer.Problem}/{answer.Sample}", prompt = answer.Question, completion = answer.Text, problem = answer.Problem, sample = answer.Sample,
                        verdict = answer.Verdict, tokens = answer.Tokens, stage = context.Name, model = source.Input.Name,
                        policy_version = source.Maker?.Keys.Fingerprint, seed = _run.Recipe.Seed,
                    },
                    ConversationWriter.Json));
            }

            double own = 1 - options.Mix.Sum(m => m.Share);
            foreach ((MixOptions mix, StageSource data) in options.Mix.Zip(context.Plan.Inputs.Where(i => i.Input.Key.EndsWith("mix.path", StringComparison.Ordinal))))
            {
                IReadOnlyList<Conversation> conversations = ConversationFile.Load(data.Path);
                int wanted = (int)Math.Round(kept.Count * mix.Share / own);
                Conversation[] order = [.. conversations];
                Seeds.Random(_run.Seed(context.Name), added).Shuffle(order);
                foreach (Conversation conversation in order.Take(wanted))
                {
                    writer.WriteLine(ConversationWriter.Line(conversation));
                    added++;
                }

                if (order.Length < wanted)
                {
                    _run.Observer.Notice($"stage {context.Name}: mix: {mix.Path} holds {order.Length} conversations, {wanted} would make up a share of {mix.Share}; all are taken once");
                }
            }
        }

        File.Move(fresh, context.Folder.Data, overwrite: true);
        return added;
    }
}
