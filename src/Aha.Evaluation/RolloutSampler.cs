using System.Diagnostics;
using Aha.Generation;
using Aha.Runs;
using Aha.Tasks;
using Aha.Tokenization;
using Aha.Verification;
using Aha.Verification.Format;
using Aha.Verification.Rewards;

namespace Aha.Evaluation;

/// <summary>
/// From problems to judged completions: render, sample, decode, verify, reward. Training and evaluation share it, so that both see
/// the same prompts, the same verifier and the same sampler.
/// </summary>
public sealed class RolloutSampler(
    RolloutEngine engine, ITokenizer tokenizer, IPromptRenderer renderer, RewardSet rewards, ReflectiveWords reflectiveWords)
{
    private readonly Dictionary<string, int[]> _prompts = [];

    /// <summary>What rewards a completion; <see cref="RewardTotal.Parts"/> are in its order.</summary>
    public RewardSet Rewards => rewards;

    /// <summary>Seconds that the last call spent in the engine, and after it waited for decoding and judging to end.</summary>
    public (double Rollout, double Reward) LastSeconds { get; private set; }

    /// <summary>
    /// Samples each problem <paramref name="samples"/> times; the result is ordered by problem and sample and does not depend on
    /// threads. A problem's stream of random numbers follows from the seed and its place.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled: there is no partial result.</exception>
    /// <exception cref="RewardException">A reward part cannot score at all.</exception>
    public IReadOnlyList<JudgedCompletion> Sample(
        IReadOnlyList<Problem> problems, int samples, SamplingOptions options, ulong seed, CancellationToken cancel, IProgress<int>? tokens = null)
    {
        long started = Stopwatch.GetTimestamp();
        var requests = new RolloutRequest[problems.Count];
        for (int i = 0; i < requests.Length; i++)
        {
            requests[i] = new RolloutRequest(PromptOf(problems[i]), samples, Seeds.Derive((long)seed, i));
        }

        // Judging begins the moment a completion ends, beside the engine's threads: a slow grader works while others are still being sampled.
        using RewardScoring scoring = rewards.Begin();
        var verified = new Task<(string Text, Judgement Judgement)>[problems.Count * samples];
        Completion[] completions = engine.Generate(
            requests, options, cancel, tokens, (i, completion) => verified[i] = Task.Run(() => VerifyAsync(i, problems[completion.Request], completion, scoring, cancel), CancellationToken.None));
        long generated = Stopwatch.GetTimestamp();
        cancel.ThrowIfCancellationRequested();
        (string Text, Judgement Judgement)[] texts = Task.WhenAll(verified).GetAwaiter().GetResult();
        RewardTotal[] totals = scoring.FinishAsync(completions.Length, cancel).GetAwaiter().GetResult();

        var judged = new JudgedCompletion[completions.Length];
        for (int i = 0; i < judged.Length; i++)
        {
            Completion completion = completions[i];
            (string text, Judgement judgement) = texts[i];
            judged[i] = new JudgedCompletion(
                problems[completion.Request], completion.Request, requests[completion.Request].Prompt, completion, text, judgement, totals[i], ThinkAnswerFormat.Matches(text),
                reflectiveWords.OccursIn(text));
        }

        LastSeconds = (Stopwatch.GetElapsedTime(started, generated).TotalSeconds, Stopwatch.GetElapsedTime(generated).TotalSeconds);
        return judged;
    }

    /// <summary>The token ids of a problem's prompt.</summary>
    /// <exception cref="TokenizationException">The tokenizer cannot express the question.</exception>
    public int[] PromptOf(Problem problem)
    {
        if (!_prompts.TryGetValue(problem.Id, out int[]? prompt))
        {
            try
            {
                prompt = tokenizer.EncodePrompt(renderer, problem.Question);
            }
            catch (TokenizationException e)
            {
                throw new TokenizationException($"problem {problem.Id}: {e.Message}", e);
            }

            _prompts[problem.Id] = prompt;
        }

        return prompt;
    }

    /// <summary>Whether the tokenizer can express the problem's question.</summary>
    public bool CanAsk(Problem problem)
    {
        try
        {
            PromptOf(problem);
            return true;
        }
        catch (TokenizationException)
        {
            return false;
        }
    }

    private async Task<(string Text, Judgement Judgement)> VerifyAsync(int index, Problem problem, Completion completion, RewardScoring scoring, CancellationToken cancel)
    {
        string text = tokenizer.Decode(completion.Tokens);
        Judgement judgement = problem.Judge(text);
        var input = new RewardInput(
            problem.Question, text, judgement, completion.Tokens.Length, completion.Finish == FinishReason.Length, problem.Kind, problem.Language, problem.Gold);
        await scoring.AddAsync(index, input, cancel).ConfigureAwait(false);
        return (text, judgement);
    }
}
