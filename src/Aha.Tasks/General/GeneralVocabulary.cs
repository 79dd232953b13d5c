using Aha.Tasks.Countdown;

namespace Aha.Tasks.General;

/// <summary>The words of the world of general prompts.</summary>
public static class GeneralVocabulary
{
    private static readonly Lazy<Dictionary<string, IReadOnlyCollection<string>>> s_lexicons = new(() => GeneralPhrases.All.ToDictionary(
        language => language.Code,
        IReadOnlyCollection<string> (language) => [.. WordsOf(language).Concat(CountdownWords.Of(language.Code).Tokens).Where(word => word.Any(char.IsLetter)).Distinct()]));

    /// <summary>By language, every word that nano texts use in it: with these each word's language is known.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyCollection<string>> Lexicons => s_lexicons.Value;

    /// <summary>Every word of the prompts and replies in these languages, in a fixed order. What a prompt asks for in the other language is among them.</summary>
    /// <exception cref="TaskException">There are no prompts in one of them.</exception>
    public static IReadOnlyList<string> Of(IEnumerable<string> languages) =>
        [.. languages.Select(GeneralLanguage.Of).SelectMany(language => WordsOf(language).Concat(GoldCheck.Translations(language))).Distinct()];

    private static IEnumerable<string> WordsOf(GeneralLanguage language)
    {
        IEnumerable<string> texts =
        [
            .. language.Greetings, .. language.Addressees, .. language.GreetingReplies, .. language.IdentityPrompts, .. language.IdentityPrefixes, .. language.IdentityReplies,
            .. language.TranslationPrompts, .. language.TranslationReplies, .. language.Nouns, .. language.ThanksPrompts, .. language.ThanksReplies, .. language.HowPrompts,
            .. language.HowReplies, .. language.HarmlessActs.Concat(language.HarmfulActs).SelectMany(act => (string[])[act.Verb, act.Thing]), .. language.Refusals, .. language.Insults,
        ];
        return texts.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(word => word is not ("{0}" or "{1}")).Distinct();
    }
}
