using Aha.Generation;
using Aha.Tasks.Countdown;
using Aha.Tokenization;

namespace Aha.Evaluation;

/// <summary>Whether a base model can do what reinforcement learning will build on.</summary>
public static class ReadinessProbe
{
    /// <summary>Mean probability of the word for <c>yes</c> at verdict positions, where the result is the target and where it is not. Probes beyond the model's positions are passed over.</summary>
    public static (double OnMatch, double OnMismatch) YesProbabilities(RolloutEngine engine, ITokenizer tokenizer, IReadOnlyList<VerdictProbe> probes)
    {
        double[] sums = [0, 0];
        int[] counts = [0, 0];
        foreach (VerdictProbe probe in probes)
        {
            int[] text = tokenizer.Encode(probe.Prefix);
            int yes = tokenizer.Encode(probe.Yes)[0];
            int[] ids = tokenizer.BeginId is { } begin ? [begin, .. text, yes] : [.. text, yes];
            if (ids.Length > engine.Config.MaxPositionEmbeddings)
            {
                continue;
            }

            int side = probe.IsMatch ? 0 : 1;
            sums[side] += Math.Exp(engine.LogProbs(ids)[^1]);
            counts[side]++;
        }

        return (sums[0] / Math.Max(1, counts[0]), sums[1] / Math.Max(1, counts[1]));
    }

    /// <summary>Accuracy of completions that write 3 to 10 equations beyond the first attempt's, and of those that make a single attempt.</summary>
    /// <param name="perAttempt">Equations in one attempt.</param>
    public static (double Chains, double Single) AccuracyByEffort(IReadOnlyList<JudgedCompletion> completions, int perAttempt)
    {
        int[] equations = [.. completions.Select(c => c.Text.Count(ch => ch == '='))];
        return (Accuracy(n => n >= Math.Max(3, perAttempt + 1) && n <= 10), Accuracy(n => n <= perAttempt));

        double Accuracy(Func<int, bool> belongs)
        {
            bool[] correct = [.. completions.Where((_, i) => belongs(equations[i])).Select(c => c.IsCorrect)];
            return correct.Length == 0 ? 0 : (double)correct.Count(c => c) / correct.Length;
        }
    }
}
