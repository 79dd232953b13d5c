namespace Aha.Verification.Rewards;

/// <summary>A reward part and its factor in the sum.</summary>
/// <param name="Kinds">The kinds of requests it judges; null for all.</param>
public sealed record WeightedReward(IReward Function, double Weight, IReadOnlyCollection<ProblemKind>? Kinds = null)
{
    public bool Judges(ProblemKind kind) => Kinds is null || Kinds.Contains(kind);
}

/// <summary>A sample's reward. <see cref="Parts"/> are unweighted, in the order of <see cref="RewardSet.Parts"/>.</summary>
/// <param name="Total">The weighted sum of the parts that judge the sample; NaN where one was unscorable.</param>
/// <param name="Parts">Every part by itself, for the log; <see cref="RewardResult.NotAsked"/> for those that do not judge the sample.</param>
/// <param name="Reason">Why the sample is unscorable; null where it is not.</param>
public readonly record struct RewardTotal(double Total, IReadOnlyList<RewardResult> Parts, string? Reason)
{
    public bool IsScorable => Reason is null;
}

/// <summary>Named reward parts and their weights. The total is the weighted sum; one unscorable part makes the sample unscorable, never 0.</summary>
public sealed class RewardSet
{
    /// <exception cref="ArgumentException">There is no part, two have one name, or a weight is not finite.</exception>
    public RewardSet(params IReadOnlyList<WeightedReward> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("a reward needs at least one part", nameof(parts));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (WeightedReward part in parts)
        {
            if (!names.Add(part.Function.Name)) throw new ArgumentException($"two reward parts are named '{part.Function.Name}'", nameof(parts));
            if (!double.IsFinite(part.Weight)) throw new ArgumentException($"the weight of '{part.Function.Name}' is not finite", nameof(parts));
        }
        Parts = [.. parts];
    }

    public IReadOnlyList<WeightedReward> Parts { get; }

    /// <summary>Begins to score a batch of samples.</summary>
    public RewardScoring Begin() => new(Parts);

    /// <summary>The reward of one sample.</summary>
    public RewardTotal Score(in RewardInput input)
    {
        using RewardScoring scoring = Begin();
        scoring.AddAsync(0, input, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return scoring.FinishAsync(1, CancellationToken.None).GetAwaiter().GetResult()[0];
    }
}
