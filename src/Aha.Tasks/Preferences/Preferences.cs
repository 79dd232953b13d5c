namespace Aha.Tasks.Preferences;

/// <summary>Two responses to a prompt, of which the first is better.</summary>
public sealed record PreferencePair(string Prompt, string Chosen, string Rejected);

/// <summary>A response to a prompt that is good or bad by itself: safe or unsafe.</summary>
public sealed record LabelledResponse(string Prompt, string Response, bool IsGood);

/// <summary>Training data of a reward model and what is held out of it; no prompt is on both sides.</summary>
public sealed record PreferenceData<T>(IReadOnlyList<T> Train, IReadOnlyList<T> HeldOut);

/// <summary>Holds out a part of preference data.</summary>
public static class PreferenceData
{
    /// <summary>Divides by a hash of the prompt.</summary>
    /// <param name="share">Share of the prompts that are held out.</param>
    public static PreferenceData<T> Divide<T>(IEnumerable<T> items, Func<T, string> promptOf, double share)
    {
        ILookup<bool, T> sides = items.ToLookup(item => Seeds.Fraction("held out " + promptOf(item)) < share);
        return new([.. sides[false]], [.. sides[true]]);
    }
}
