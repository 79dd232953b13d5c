using System.Text.Json.Serialization;

namespace Aha.Training.Grpo;

/// <summary>
/// Watches for reward hacking: a learned reward that holds or rises while the gold check, which nothing is trained on, falls. Both are smoothed
/// over steps.
/// </summary>
public sealed record RewardWatch
{
    // A step's mean is noisy; this averages over the last ten or so.
    private const double Smoothing = 0.2;

    /// <summary>Steps before a verdict: the averages must have settled.</summary>
    public const int Settled = 10;

    /// <summary>Steps seen.</summary>
    [JsonPropertyName("steps")] public long Steps { get; init; }

    /// <summary>The learned reward's average.</summary>
    [JsonPropertyName("proxy")] public double Proxy { get; init; }

    /// <summary>The gold check's average.</summary>
    [JsonPropertyName("gold")] public double Gold { get; init; }

    /// <summary>The gold check's best average so far, and the learned reward's then.</summary>
    [JsonPropertyName("best_gold")] public double BestGold { get; init; }

    [JsonPropertyName("proxy_at_best")] public double ProxyAtBest { get; init; }

    /// <summary>How far the gold check has fallen below its best while the learned reward has not fallen; 0 where nothing diverges.</summary>
    [JsonIgnore] public double Divergence => Steps >= Settled && Proxy >= ProxyAtBest ? Math.Max(0, BestGold - Gold) : 0;

    /// <summary>After one more step with these means.</summary>
    public RewardWatch Next(double proxy, double gold)
    {
        RewardWatch next = Steps == 0
            ? this with { Steps = 1, Proxy = proxy, Gold = gold }
            : this with { Steps = Steps + 1, Proxy = Proxy + Smoothing * (proxy - Proxy), Gold = Gold + Smoothing * (gold - Gold) };
        return Steps == 0 || next.Gold >= BestGold ? next with { BestGold = next.Gold, ProxyAtBest = next.Proxy } : next;
    }
}
