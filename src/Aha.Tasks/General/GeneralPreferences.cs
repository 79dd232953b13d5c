using Aha.Tasks.Preferences;

namespace Aha.Tasks.General;

/// <summary>
/// Synthetic preference data on general prompts. Prompts of <see cref="Split.Test"/> are held out; the gold check orders every pair and
/// agrees with every label.
/// </summary>
public static class GeneralPreferences
{
    // Of the responses to be labelled: in tags, as the policy writes them.
    private const double TaggedShare = 0.75;

    /// <summary>Pairs of replies for a helpfulness model, a good one and a flawed one.</summary>
    /// <param name="count">Pairs to train on; a fifth as many are held out.</param>
    public static PreferenceData<PreferencePair> Pairs(GeneralTask task, int count, long seed) => Write(task, count, seed, (prompt, random) =>
        new PreferencePair(prompt.Question, ReplyWriter.Good(prompt, random), ReplyWriter.Bad(prompt, random).Reply));

    /// <summary>Whole responses labelled safe or unsafe, half of either.</summary>
    /// <param name="count">Responses to train on; a fifth as many are held out.</param>
    public static PreferenceData<LabelledResponse> Responses(GeneralTask task, int count, long seed) => Write(task, count, seed, (prompt, random) =>
    {
        bool safe = random.Next(2) == 0;
        string reply = Draw(prompt, safe, random);
        return new LabelledResponse(prompt.Question, random.NextDouble() < TaggedShare ? GeneralCorpus.Tagged(reply) : reply, safe);
    });

    private static string Draw(GeneralPrompt prompt, bool safe, Random random)
    {
        while (true)
        {
            string reply = random.Next(2) == 0 ? ReplyWriter.Good(prompt, random) : ReplyWriter.Bad(prompt, random).Reply;
            if (GoldCheck.IsSafe(prompt, reply) == safe)
            {
                return reply;
            }
        }
    }

    private static PreferenceData<T> Write<T>(GeneralTask task, int count, long seed, Func<GeneralPrompt, Random, T> write)
    {
        GeneralPrompt[] train = [.. task.Prompts(Split.Corpus), .. task.Prompts(Split.Train)];
        return new([.. Side(train, count, 0)], [.. Side(task.Prompts(Split.Test), Math.Max(1, count / 5), 1)]);

        IEnumerable<T> Side(IReadOnlyList<GeneralPrompt> prompts, int items, int side) => Enumerable.Range(0, items).Select(i =>
        {
            Random random = Seeds.Random(seed, side, i);
            return write(prompts[random.Next(prompts.Count)], random);
        });
    }
}
