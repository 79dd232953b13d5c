using Aha.Verification.Graders;

namespace Aha.Verification.Judges;

/// <summary>Labels pairs of responses. Judges favour a place, so each pair is judged in both orders and kept only where the two agree.</summary>
public sealed class PreferenceJudge(JudgeClient client)
{
    /// <summary>1 where the first response is better in either order, -1 where the second is, 0 where the order decided.</summary>
    /// <exception cref="GraderException">There is no usable answer.</exception>
    public async Task<int> CompareAsync(string request, string first, string second, CancellationToken cancel)
    {
        bool forward = await PrefersAAsync(request, first, second, cancel).ConfigureAwait(false);
        bool backward = await PrefersAAsync(request, second, first, cancel).ConfigureAwait(false);
        return forward == backward ? 0 : forward ? 1 : -1;
    }

    private async Task<bool> PrefersAAsync(string request, string a, string b, CancellationToken cancel)
    {
        string answer = await client.AskAsync(JudgePrompts.Preference(request, a, b), cancel).ConfigureAwait(false);
        string choice = JudgeAnswer.Choice(answer, JudgePrompts.PreferenceLabel, JudgePrompts.Preferences) ?? throw new GraderException("the judge's answer ends in no preference");
        return choice == JudgePrompts.Preferences[0];
    }
}
