using System.Collections.Concurrent;
using Aha.Verification.Format;
using Aha.Verification.Rewards;

namespace Aha.Verification.Language;

/// <summary>How many of a text's words are of the target language.</summary>
public readonly record struct LanguageShare(int Target, int Words)
{
    /// <summary>Target words over words; 1 where there is no word to mix.</summary>
    public double Share => Words == 0 ? 1 : (double)Target / Words;
}

/// <summary>
/// Measures R1's language consistency (paper, section 2.3.2): the share of target-language words. Formulas, numbers, code, single letters, acronyms and links are no
/// words. A word of another script is foreign. Within a script, function words (and any given lexicon) decide; an unknown word goes
/// with the last decided word of its sentence, else with the next one.
/// </summary>
public sealed class LanguageConsistency
{
    /// <summary>More text than this (in characters) is not read.</summary>
    public const int MaxLength = 400_000;

    private readonly LanguageProfile _target;
    private readonly List<HashSet<string>> _lexicons = [];
    private readonly HashSet<string> _targetLexicon = new(StringComparer.Ordinal);

    /// <param name="language">ISO 639-1, e.g. <c>en</c>.</param>
    /// <param name="lexicons">Further lower-case words by language code, for a small world whose words are all known; they take precedence, the target's first.</param>
    /// <exception cref="ArgumentException">A language is unknown.</exception>
    public LanguageConsistency(string language, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? lexicons = null)
    {
        _target = LanguageProfiles.Find(language) ?? throw new ArgumentException($"unknown language '{language}'", nameof(language));
        foreach ((string code, IReadOnlyCollection<string> words) in lexicons ?? new Dictionary<string, IReadOnlyCollection<string>>())
        {
            LanguageProfile profile = LanguageProfiles.Find(code) ?? throw new ArgumentException($"unknown language '{code}'", nameof(lexicons));
            if (profile == _target) _targetLexicon.UnionWith(words);
            else if (profile.Script == _target.Script) _lexicons.Add(new(words, StringComparer.Ordinal));
        }
    }

    /// <summary>Counts the words of a chain of thought.</summary>
    public LanguageShare Measure(ReadOnlySpan<char> thought)
    {
        char[] prose = ProseMask.Apply(thought[..Math.Min(thought.Length, MaxLength)]);
        int target = 0, words = 0, undecided = 0;
        bool? last = null;
        var reader = new WordReader(prose);
        while (reader.Read())
        {
            if (reader.StartsSegment)
            {
                // A sentence without any decided word is given to the target: there is no evidence of another language.
                target += undecided;
                (undecided, last) = (0, null);
            }
            if (!Counts(reader.Word, reader.Script)) continue;
            words++;
            if (Decide(reader.Word, reader.Script) is { } decided)
            {
                if (decided) target += 1 + undecided;
                (undecided, last) = (0, decided);
            }
            else if (last is null)
            {
                undecided++;
            }
            else if (last.Value)
            {
                target++;
            }
        }
        return new(target + undecided, words);
    }

    private static bool Counts(ReadOnlySpan<char> word, Script script)
    {
        if (Scripts.IsUnspaced(script) || script is not (Script.Latin or Script.Greek or Script.Cyrillic)) return true;
        if (word.Length < 2) return false;
        if (word.Length > 5) return true;
        foreach (char c in word)
            if (!char.IsUpper(c)) return true;
        return false;
    }

    private bool? Decide(ReadOnlySpan<char> word, Script script)
    {
        if (!_target.Writes(script)) return false;
        if (script is Script.Han or Script.Kana) return true;
        Span<char> buffer = stackalloc char[40];
        if (word.Length > buffer.Length) return null;
        ReadOnlySpan<char> lower = buffer[..word.ToLowerInvariant(buffer)];
        if (_targetLexicon.GetAlternateLookup<ReadOnlySpan<char>>().Contains(lower)) return true;
        foreach (HashSet<string> lexicon in _lexicons)
            if (lexicon.GetAlternateLookup<ReadOnlySpan<char>>().Contains(lower)) return false;
        bool own = _target.Words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(lower), rivals = false, foreign = false;
        foreach (LanguageProfile profile in LanguageProfiles.All)
        {
            if (profile == _target || profile.Script != script) continue;
            rivals = true;
            foreign |= profile.Words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(lower);
        }
        // "so" and "die" are German and English: such a word decides nothing.
        return own == foreign && rivals ? null : own || !rivals;
    }
}

/// <summary>
/// The share of target-language words in the chain of thought (0 to 1), to be added to accuracy; 0 for an empty chain. The target is the
/// language the sample's answer is wanted in.
/// </summary>
public sealed class LanguageConsistencyReward : IRewardFunction
{
    private const string Fallback = "en";
    private readonly string? _language;
    private readonly IReadOnlyDictionary<string, IReadOnlyCollection<string>>? _lexicons;
    private readonly ConcurrentDictionary<string, LanguageConsistency> _targets = new(StringComparer.Ordinal);

    /// <param name="language">The target for every sample, ISO 639-1; null: what the sample says, else its question's language, else English.</param>
    /// <param name="lexicons">As in <see cref="LanguageConsistency"/>.</param>
    /// <exception cref="ArgumentException">A language is unknown.</exception>
    public LanguageConsistencyReward(string? language = null, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? lexicons = null)
    {
        (_language, _lexicons) = (language, lexicons);
        Target(language ?? Fallback);
    }

    public string Name => "language_consistency";

    public RewardResult Score(in RewardInput input)
    {
        ReadOnlySpan<char> thought = ThinkFormat.Thought(input.Completion);
        if (thought.IsWhiteSpace()) return RewardResult.Of(0.0);
        string wanted = _language ?? input.Language ?? LanguageIdentifier.Detect(input.Question) ?? Fallback;
        return LanguageProfiles.Find(wanted) is null
            ? RewardResult.Unscorable($"unknown language '{wanted}'")
            : RewardResult.Of(Target(wanted).Measure(thought).Share);
    }

    private LanguageConsistency Target(string language) => _targets.GetOrAdd(language, code => new LanguageConsistency(code, _lexicons));
}
