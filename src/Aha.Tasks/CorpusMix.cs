namespace Aha.Tasks;

/// <summary>Two endless corpora shuffled into one. Document i depends on the seed and i alone.</summary>
/// <param name="share">Share of the documents that <paramref name="second"/> gives.</param>
public sealed class CorpusMix(Func<long, string> first, Func<long, string> second, double share, long seed)
{
    public string Document(long index) => Seeds.Random(seed, index).NextDouble() < share ? second(index) : first(index);
}
