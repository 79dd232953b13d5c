namespace Aha.Generation;

/// <summary>A token and the natural log of its probability.</summary>
public readonly record struct TokenScore(int Id, float LogProb);

/// <summary>How likely a sequence is to a model.</summary>
/// <param name="LogProbs"><c>[ids - 1]</c>: natural log of each id's probability after those before it.</param>
/// <param name="Top">For each of those positions the most likely tokens, best first; empty where none were asked for.</param>
public sealed record SequenceScores(float[] LogProbs, IReadOnlyList<TokenScore>[] Top);
