using Aha.Tasks;
using Aha.Training.Batching;

namespace Aha.Training.Grpo;

/// <summary>How far the two streams of a <see cref="PromptMix"/> were read.</summary>
public readonly record struct PromptCursor(long Reasoning, long General);

/// <summary>
/// A step's questions: reasoning problems and, in the last part of training, general prompts. Preference rewards come with the latter and are
/// easily hacked when they last (DeepSeek-R1, journal version: the last 400 of 1,700 steps). The draw follows from the seed, the step and the cursor.
/// </summary>
public sealed class PromptMix
{
    private readonly ShuffledStream<Problem> _reasoning;
    private readonly ShuffledStream<Problem>? _general;
    private readonly double _share;
    private readonly long _from;

    /// <param name="reasoning">At least one problem.</param>
    /// <param name="general">May be empty where their share is 0.</param>
    /// <exception cref="ArgumentException">There are no problems to draw from.</exception>
    public PromptMix(IReadOnlyList<Problem> reasoning, IReadOnlyList<Problem> general, GrpoOptions options, long seed)
    {
        if (reasoning.Count == 0)
        {
            throw new ArgumentException("the task has no training problem", nameof(reasoning));
        }

        if (options.GeneralShare > 0 && general.Count == 0)
        {
            throw new ArgumentException($"general_share is {options.GeneralShare}, and there is no general prompt to train on", nameof(general));
        }

        _reasoning = new ShuffledStream<Problem>(reasoning, seed);
        _general = options.GeneralShare > 0 ? new ShuffledStream<Problem>(general, (long)(Seeds.Derive(seed, (long)Seeds.Hash("general")) >> 1)) : null;
        (_share, _from) = (options.GeneralShare, options.GeneralFromStep);
    }

    /// <summary>So many questions for a step, counted from 0, and where the streams stand after them. General prompts come last.</summary>
    public (Problem[] Problems, PromptCursor Next) Draw(long step, int count, PromptCursor cursor)
    {
        int general = _general is null || step < _from ? 0 : (int)Math.Round(count * _share, MidpointRounding.AwayFromZero);
        Problem[] problems =
        [
            .. Enumerable.Range(0, count - general).Select(i => _reasoning[cursor.Reasoning + i]),
            .. Enumerable.Range(0, general).Select(i => _general![cursor.General + i]),
        ];
        return (problems, new PromptCursor(cursor.Reasoning + count - general, cursor.General + general));
    }
}
