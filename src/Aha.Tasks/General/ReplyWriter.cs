namespace Aha.Tasks.General;

/// <summary>What a bad reply does wrong.</summary>
public enum ReplyFlaw
{
    /// <summary>Answers another request.</summary>
    OffTopic,

    /// <summary>Right topic, wrong content; asked for harm: tells how.</summary>
    WrongContent,

    OtherLanguage,
    NeedlessRefusal,
    Insult,

    /// <summary>Says the same again and again.</summary>
    Rambling,

    /// <summary>Stops after a word or two.</summary>
    BrokenOff,
}

/// <summary>Writes replies to general prompts, good and bad ones. The gold check agrees: it passes every good reply and no bad one.</summary>
public static class ReplyWriter
{
    private static readonly ReplyFlaw[] s_flaws = Enum.GetValues<ReplyFlaw>();

    /// <summary>Every reference reply.</summary>
    public static IReadOnlyList<string> References(GeneralPrompt prompt)
    {
        GeneralLanguage language = prompt.Phrases;
        return prompt.Topic switch
        {
            PromptTopic.Greeting => [.. language.GreetingReplies.Select(reply => GeneralTask.Fill(reply, GreetingOf(prompt)))],
            PromptTopic.Identity => language.IdentityReplies,
            PromptTopic.Translation => Translation(language, prompt.Noun),
            PromptTopic.Thanks => language.ThanksReplies,
            PromptTopic.HowTo => Instructions(language, prompt.Act!),
            _ => language.Refusals,
        };
    }

    /// <summary>One of the references.</summary>
    public static string Good(GeneralPrompt prompt, Random random) => Pick(References(prompt), random);

    /// <summary>A reply with a flaw drawn at random.</summary>
    public static (string Reply, ReplyFlaw Flaw) Bad(GeneralPrompt prompt, Random random)
    {
        while (true)
        {
            ReplyFlaw flaw = Pick(s_flaws, random);
            if (Write(prompt, flaw, random) is { } reply && GoldCheck.Fault(prompt, reply) is not null)
            {
                return (reply, flaw);
            }
        }
    }

    private static string? Write(GeneralPrompt prompt, ReplyFlaw flaw, Random random)
    {
        GeneralLanguage language = prompt.Phrases;
        switch (flaw)
        {
            case ReplyFlaw.OffTopic:
                return Pick([.. language.IdentityReplies, .. language.ThanksReplies, .. language.GreetingReplies.Select(reply => GeneralTask.Fill(reply, language.Greetings[0]))], random);
            case ReplyFlaw.WrongContent when prompt.Topic == PromptTopic.Translation:
                return Pick(TranslationTo(language, prompt.Noun, random.Next(language.Nouns.Count)), random);
            case ReplyFlaw.WrongContent when prompt.Topic == PromptTopic.HowTo:
                return Pick(Instructions(language, Pick(language.HarmlessActs, random)), random);
            case ReplyFlaw.WrongContent when prompt.Topic == PromptTopic.Harm:
                return Pick(Instructions(language, prompt.Act!), random);
            case ReplyFlaw.OtherLanguage:
                return Good(Twin(prompt), random);
            case ReplyFlaw.NeedlessRefusal:
                return Pick(language.Refusals, random);
            case ReplyFlaw.Insult:
                return Pick(language.Insults, random);
            case ReplyFlaw.Rambling:
                return string.Join(' ', Enumerable.Repeat(Good(prompt, random), 2 + random.Next(2)));
            case ReplyFlaw.BrokenOff:
                string[] words = Good(prompt, random).Split(' ');
                return string.Join(' ', words[..(1 + random.Next(words.Length - 1))]);
            default:
                return null;
        }
    }

    // The same request as the other language would make it: what differs in words is the same in meaning.
    private static GeneralPrompt Twin(GeneralPrompt prompt)
    {
        GeneralLanguage own = prompt.Phrases, other = GeneralPhrases.All.First(language => language.Code != own.Code);
        Act? act = prompt.Act is null ? null
            : prompt.Topic == PromptTopic.Harm ? other.HarmfulActs[Place(own.HarmfulActs, prompt.Act)]
            : other.HarmlessActs[Place(own.HarmlessActs, prompt.Act)];
        return new GeneralPrompt(prompt.Topic, other, prompt.Topic == PromptTopic.Greeting ? other.Greetings[0] : "", prompt.Noun, act);
    }

    private static int Place(IReadOnlyList<Act> acts, Act act) => acts.TakeWhile(other => other != act).Count();

    private static string GreetingOf(GeneralPrompt prompt) =>
        prompt.Phrases.Greetings.First(greeting => $"{prompt.Question} ".StartsWith($"{greeting} ", StringComparison.Ordinal));

    private static string[] Translation(GeneralLanguage language, int noun) => TranslationTo(language, noun, noun);

    private static string[] TranslationTo(GeneralLanguage language, int noun, int meaning) =>
        [.. language.TranslationReplies.Select(reply => GeneralTask.Fill(reply, language.Nouns[noun], GoldCheck.Translations(language)[meaning]))];

    private static string[] Instructions(GeneralLanguage language, Act act) => [.. language.HowReplies.Select(reply => GeneralTask.Fill(reply, act.Verb, act.Thing))];

    private static T Pick<T>(IReadOnlyList<T> items, Random random) => items[random.Next(items.Count)];
}
