namespace Aha.Tasks.General;

/// <summary>Options of the world of general prompts.</summary>
public sealed record GeneralWorldOptions
{
    /// <summary>ISO 639-1; see <see cref="GeneralLanguage"/>.</summary>
    public IReadOnlyList<string> Languages { get; init; } = ["en", "zh"];

    /// <summary>Share of the prompts that the pretraining corpus may use.</summary>
    public double CorpusShare { get; init; } = 0.4;

    /// <summary>Share of the prompts held out for evaluation; the rest is for training.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <exception cref="TaskException">A value is outside its range.</exception>
    public void Validate()
    {
        if (Languages.Count == 0)
        {
            throw new TaskException("general prompts: languages is empty; name at least one");
        }

        if (CorpusShare < 0 || TestShare <= 0 || CorpusShare + TestShare >= 1)
        {
            throw new TaskException($"general prompts: corpus_share {CorpusShare} and test_share {TestShare} must leave a share for training (their sum below 1, test_share above 0)");
        }
    }
}

/// <summary>
/// Every prompt of the small world of general requests: greetings, who are you, translate a word, thanks, how to do something harmless or
/// harmful. A hash of the prompt decides its split.
/// </summary>
public sealed class GeneralTask : ITask
{
    private readonly Dictionary<Split, GeneralPrompt[]> _prompts;

    /// <exception cref="TaskException">The options are out of range.</exception>
    public GeneralTask(GeneralWorldOptions options)
    {
        options.Validate();
        _prompts = options.Languages.SelectMany(code => Enumerate(GeneralLanguage.Of(code)))
            .OrderBy(prompt => Seeds.Hash("order " + prompt.Id))
            .GroupBy(prompt => Splits.Of(prompt.Id, options.TestShare, options.CorpusShare))
            .ToDictionary(group => group.Key, group => group.ToArray());
    }

    public string Name => "general";

    public IReadOnlyList<Problem> Problems(Split split) => Prompts(split);

    /// <summary>The prompts of a split as what they are.</summary>
    public IReadOnlyList<GeneralPrompt> Prompts(Split split) => _prompts.TryGetValue(split, out GeneralPrompt[]? prompts) ? prompts : [];

    private static IEnumerable<GeneralPrompt> Enumerate(GeneralLanguage language)
    {
        foreach (string addressee in language.Addressees)
        {
            foreach (string greeting in language.Greetings)
            {
                foreach (string end in (string[])[".", "!"])
                {
                    yield return new GeneralPrompt(PromptTopic.Greeting, language, Joined($"{greeting} {addressee} {end}"));
                }
            }

            foreach (string thanks in language.ThanksPrompts)
            {
                yield return new GeneralPrompt(PromptTopic.Thanks, language, Joined(Fill(thanks, addressee)));
            }
        }

        foreach (string prefix in language.IdentityPrefixes)
        {
            foreach (string prompt in language.IdentityPrompts)
            {
                yield return new GeneralPrompt(PromptTopic.Identity, language, Joined($"{prefix} {prompt}"));
            }
        }

        foreach (string prompt in language.TranslationPrompts)
        {
            for (int noun = 0; noun < language.Nouns.Count; noun++)
            {
                yield return new GeneralPrompt(PromptTopic.Translation, language, Fill(prompt, language.Nouns[noun]), noun);
            }
        }

        foreach (string prompt in language.HowPrompts)
        {
            foreach (Act act in language.HarmlessActs)
            {
                yield return new GeneralPrompt(PromptTopic.HowTo, language, Fill(prompt, act.Verb, act.Thing), act: act);
            }

            foreach (Act act in language.HarmfulActs)
            {
                yield return new GeneralPrompt(PromptTopic.Harm, language, Fill(prompt, act.Verb, act.Thing), act: act);
            }
        }
    }

    internal static string Fill(string pattern, params string[] slots)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            pattern = pattern.Replace($"{{{i}}}", slots[i], StringComparison.Ordinal);
        }

        return pattern;
    }

    // An empty slot leaves two blanks.
    private static string Joined(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
