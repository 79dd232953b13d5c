namespace Aha.Models.FeedForward;

/// <summary>Which experts a token goes to (DeepSeek-V3, arXiv 2412.19437, section 2.1.2).</summary>
public static class ExpertRouter
{
    /// <summary>
    /// The experts with the highest scores among those of the best groups, in ascending order; the lower index wins between equals. A group is
    /// worth the sum of its two highest scores.
    /// </summary>
    /// <param name="scores">[experts]: sigmoid of the router's logits plus the selection bias.</param>
    /// <param name="chosen">[experts per token], filled with indices.</param>
    public static void Select(ReadOnlySpan<float> scores, ExpertsConfig config, Span<int> chosen)
    {
        int size = scores.Length / config.Groups;
        Span<bool> open = stackalloc bool[config.Groups];
        Span<float> worth = stackalloc float[config.Groups];
        for (int g = 0; g < config.Groups; g++) worth[g] = TopTwo(scores.Slice(g * size, size));
        for (int n = 0; n < config.GroupsPerToken; n++)
        {
            int best = -1;
            for (int g = 0; g < config.Groups; g++)
                if (!open[g] && (best < 0 || worth[g] > worth[best])) best = g;
            open[best] = true;
        }

        for (int n = 0; n < chosen.Length; n++)
        {
            int best = -1;
            for (int e = 0; e < scores.Length; e++)
                if (open[e / size] && !chosen[..n].Contains(e) && (best < 0 || scores[e] > scores[best])) best = e;
            chosen[n] = best;
        }
        chosen.Sort();
    }

    private static float TopTwo(ReadOnlySpan<float> scores)
    {
        float first = float.NegativeInfinity, second = float.NegativeInfinity;
        foreach (float score in scores)
        {
            if (score > first) (first, second) = (score, first);
            else if (score > second) second = score;
        }
        return scores.Length > 1 ? first + second : first;
    }
}
