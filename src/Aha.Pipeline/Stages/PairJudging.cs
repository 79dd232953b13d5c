using System.Text;
using System.Text.Json;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Tasks.Preferences;
using Aha.Verification.Format;
using Aha.Verification.Judges;
using Aha.Verification.Rewards;

namespace Aha.Pipeline.Stages;

/// <summary>
/// Has a judge label the pairs of a reward model in both orders, as those of DeepSeek-R1 were, and keeps those in which the orders
/// agree. Verdicts are written down as they come: a stage that goes on asks only for what is missing.
/// </summary>
internal sealed class PairJudging(RewardModelStageOptions options, StageContext context)
{
    private readonly JudgeKeys _keys = options.Judge;

    /// <returns>The pairs that are kept, chosen response first, and what the judging came to.</returns>
    /// <exception cref="RewardException">The judge gave no usable answer at all.</exception>
    /// <exception cref="RecipeException">No pair is left.</exception>
    public (PreferenceData<PreferencePair> Kept, Dictionary<string, double> Metrics) Run(PreferenceData<PreferencePair> pairs)
    {
        PreferencePair[] all = [.. pairs.Train, .. pairs.HeldOut];
        List<PairVerdict> verdicts = Verdicts(all);
        int Count(Func<int?, bool> of) => verdicts.Count(verdict => of(verdict.Preferred));
        int consistent = Count(p => p is 1 or -1), decided = Count(p => p is 0);
        var metrics = new Dictionary<string, double>
        {
            ["judge/consistent"] = (double)consistent / all.Length,
            ["judge/order_decided"] = (double)decided / all.Length,
            ["judge/unanswered"] = (double)Count(p => p is null) / all.Length,
            ["judge/agreement"] = consistent == 0 ? 0 : (double)Count(p => p is 1) / consistent,
        };
        context.Run.Observer.Notice($"of {all.Length} pairs the judge preferred the same response in both orders in {consistent}; in {decided} the order decided, {all.Length - consistent - decided} had no usable answer");
        PreferencePair[] Side(IEnumerable<PreferencePair> side, int first) => [.. side.Select((pair, i) => Labelled(pair, verdicts[first + i].Preferred)).OfType<PreferencePair>()];
        var kept = new PreferenceData<PreferencePair>(Side(pairs.Train, 0), Side(pairs.HeldOut, pairs.Train.Count));
        return kept.Train.Count > 0 && kept.HeldOut.Count > 0 ? (kept, metrics) : throw new RecipeException(
            $"stage {context.Name}: of {all.Length} judged pairs {kept.Train.Count} are left to learn from and {kept.HeldOut.Count} held out; both are needed: add pairs, or take a judge whose verdict does not hang on the order");
    }

    private static PreferencePair? Labelled(PreferencePair pair, int? preferred) => preferred switch
    {
        1 => pair,
        -1 => new PreferencePair(pair.Prompt, pair.Rejected, pair.Chosen),
        _ => null,
    };

    private List<PairVerdict> Verdicts(PreferencePair[] all)
    {
        List<PairVerdict> verdicts = Written();
        if (verdicts.Count >= all.Length)
        {
            return verdicts;
        }

        using JudgeClient client = JudgeClient.FromEnvironment(_keys.ToJudge());
        var labelling = new PreferenceLabelling(new PreferenceJudge(client), _keys.ToPatience(), context.Run.Time);
        context.Run.Observer.StageStarted(context.Record(0), 0);
        while (verdicts.Count < all.Length)
        {
            PairVerdict[] next = labelling.LabelAsync([.. all.Skip(verdicts.Count).Take(8 * _keys.Concurrency).Select(AsShown)], context.Run.Cancel).GetAwaiter().GetResult();
            if (verdicts.Concat(next).All(verdict => verdict.Preferred is null))
            {
                // Something is wrong with the judge, not with the pairs: they are asked for again when it is mended.
                throw new RewardException($"judge: none of {verdicts.Count + next.Length} pairs could be judged: {next[0].Reason}");
            }

            File.AppendAllLines(context.Folder.Judged, next.Select(verdict => JsonSerializer.Serialize(verdict)));
            verdicts.AddRange(next);
            context.Run.Observer.Progress($"judging {all.Length} pairs in both orders", verdicts.Count, all.Length);
        }

        return verdicts;
    }

    private (string Request, string First, string Second) AsShown(PreferencePair pair) =>
        (pair.Prompt, ResponseParts.Of(pair.Chosen, options.LooksAt), ResponseParts.Of(pair.Rejected, options.LooksAt));

    // A line that a kill cut short is written again.
    private List<PairVerdict> Written()
    {
        if (!File.Exists(context.Folder.Judged))
        {
            return [];
        }

        string text = File.ReadAllText(context.Folder.Judged);
        string whole = text[..(text.LastIndexOf('\n') + 1)];
        if (whole.Length < text.Length)
        {
            File.WriteAllText(context.Folder.Judged, whole, new UTF8Encoding(false));
        }

        return [.. whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<PairVerdict>(line)!)];
    }
}
