using Aha.Training.Batching;

namespace Aha.Training.SupervisedTuning;

/// <summary>A conversation as token ids.</summary>
/// <param name="Ids">All tokens, markers of turns included.</param>
/// <param name="Learned">For each token whether the model is trained to say it. The first token is not: nothing predicts it.</param>
public sealed record TuningExample(int[] Ids, bool[] Learned)
{
    private readonly int _first = Array.IndexOf(Learned, true);
    private readonly int _last = Array.LastIndexOf(Learned, true);

    /// <summary>Tokens that the loss looks at.</summary>
    public int LearnedTokens { get; } = Learned.Count(l => l);

    /// <summary>The tokens up to the last learned one; what lies between learned parts is scored too and gets the weight 0.</summary>
    /// <param name="index">The sequence's number.</param>
    public TrainingSequence Sequence(int index) => new(index, Ids[.._first], Ids[_first..(_last + 1)]);

    /// <summary>One value a completion token of <see cref="Sequence"/>: 1 where it is learned, else 0.</summary>
    public float[] Weights() => [.. Learned[_first..(_last + 1)].Select(l => l ? 1f : 0f)];
}
