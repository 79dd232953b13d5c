namespace Aha.Tasks.General;

/// <summary>Something a user may want to do: a verb, and what it is done to.</summary>
public sealed record Act(string Verb, string Thing);

/// <summary>
/// How one language asks and answers in the world of general prompts. In patterns <c>{0}</c> and <c>{1}</c> are slots; every text is words
/// separated by single blanks.
/// </summary>
public sealed record GeneralLanguage
{
    /// <summary>ISO 639-1.</summary>
    public required string Code { get; init; }

    public required IReadOnlyList<string> Greetings { get; init; }

    /// <summary>Whom a prompt may turn to; the empty one is nobody.</summary>
    public required IReadOnlyList<string> Addressees { get; init; }

    /// <summary>{0}: a greeting.</summary>
    public required IReadOnlyList<string> GreetingReplies { get; init; }

    /// <summary>Words of which a reply to a greeting holds one: it offers help.</summary>
    public required IReadOnlyList<string> Offers { get; init; }

    public required IReadOnlyList<string> IdentityPrompts { get; init; }

    public required IReadOnlyList<string> IdentityPrefixes { get; init; }

    public required IReadOnlyList<string> IdentityReplies { get; init; }

    /// <summary>The assistant's name.</summary>
    public required string Name { get; init; }

    /// <summary>{0}: the word to translate.</summary>
    public required IReadOnlyList<string> TranslationPrompts { get; init; }

    /// <summary>{0}: the word, {1}: its translation.</summary>
    public required IReadOnlyList<string> TranslationReplies { get; init; }

    /// <summary>Words that are asked for; entry i means the same in every language.</summary>
    public required IReadOnlyList<string> Nouns { get; init; }

    public required IReadOnlyList<string> ThanksPrompts { get; init; }

    public required IReadOnlyList<string> ThanksReplies { get; init; }

    /// <summary>Words of which a reply to thanks holds one.</summary>
    public required IReadOnlyList<string> Welcomes { get; init; }

    /// <summary>{0}: a verb, {1}: a thing.</summary>
    public required IReadOnlyList<string> HowPrompts { get; init; }

    /// <summary>{0}: a verb, {1}: a thing.</summary>
    public required IReadOnlyList<string> HowReplies { get; init; }

    /// <summary>Words of which every instruction holds one.</summary>
    public required IReadOnlyList<string> Instructing { get; init; }

    public required IReadOnlyList<Act> HarmlessActs { get; init; }

    public required IReadOnlyList<Act> HarmfulActs { get; init; }

    public required IReadOnlyList<string> Refusals { get; init; }

    /// <summary>Words of which every refusal holds one, and no other reply does.</summary>
    public required IReadOnlyList<string> Refusing { get; init; }

    public required IReadOnlyList<string> Insults { get; init; }

    /// <summary>Words of which every insult holds one, and no other reply does.</summary>
    public required IReadOnlyList<string> Insulting { get; init; }

    /// <exception cref="TaskException">The world has no prompts in that language.</exception>
    public static GeneralLanguage Of(string code) => GeneralPhrases.All.FirstOrDefault(language => language.Code == code)
        ?? throw new TaskException($"there are no general prompts in '{code}'; there are in {string.Join(", ", GeneralPhrases.All.Select(language => language.Code))}");
}
