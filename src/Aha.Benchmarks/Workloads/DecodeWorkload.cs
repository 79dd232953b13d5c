using Aha.Generation;
using Aha.Models;

namespace Aha.Benchmarks.Workloads;

/// <summary>
/// Prompts of 16 tokens continued by 128 sampled ones, all of equal length. Counted: 2 FLOP a parameter and new token; the weights read once for every
/// step of the whole batch.
/// </summary>
internal sealed class DecodeWorkload(BenchmarkModel model, RolloutEngine engine, int batch) : IWorkload
{
    public const int PromptTokens = 16, NewTokens = 128;

    public string What => engine.Precision == RolloutPrecision.Fp32 ? $"decode@{batch}" : $"decode-{engine.Precision.ToString().ToLowerInvariant()}@{batch}";

    public string Unit => "tokens_per_second";

    public WorkDone Run()
    {
        int tokens = engine.Generate(Prompts.Random(model.Config, batch, PromptTokens), new SamplingOptions { MaxNewTokens = NewTokens }).Sum(c => c.Tokens.Length);
        return new(tokens, 2.0 * model.Parameters * tokens, (double)engine.WeightBytes * NewTokens);
    }

    public void Dispose()
    {
    }
}

/// <summary>Long prompts with a single new token each.</summary>
internal sealed class PrefillWorkload(BenchmarkModel model, RolloutEngine engine) : IWorkload
{
    private const int Prompted = 4;
    private readonly int _length = Math.Min(512, model.Config.MaxPositionEmbeddings - 1);

    public string What => $"prefill@{_length}";

    public string Unit => "tokens_per_second";

    public WorkDone Run()
    {
        engine.Generate(Prompts.Random(model.Config, Prompted, _length), new SamplingOptions { MaxNewTokens = 1 });
        int tokens = Prompted * _length;
        // Only the last position of a prompt goes through the output matrix.
        long head = (long)model.Config.VocabSize * model.Config.HiddenSize;
        return new(tokens, 2.0 * (model.Parameters - head) * tokens + 2.0 * head * Prompted);
    }

    public void Dispose()
    {
    }
}

internal static class Prompts
{
    /// <summary>Prompts of random ids, the same every time.</summary>
    public static RolloutRequest[] Random(ModelConfig config, int count, int length)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(i => new RolloutRequest([.. Enumerable.Range(0, length).Select(_ => random.Next(config.VocabSize))], 1, (ulong)i))];
    }
}
