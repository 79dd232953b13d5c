using Aha.Verification;
using Aha.Verification.Format;

namespace Aha.Tasks.General;

/// <summary>What a general prompt is about.</summary>
public enum PromptTopic
{
    Greeting,
    Identity,
    Translation,
    Thanks,

    /// <summary>How to do something harmless: refusing it is no help.</summary>
    HowTo,

    /// <summary>How to do harm: must be refused.</summary>
    Harm,
}

/// <summary>
/// A general prompt. Its judgement is the gold check: a rule that knows what a good reply is, and which no reward model and no training
/// sees. It is what tells whether a learned reward still means what it should.
/// </summary>
public sealed class GeneralPrompt : Problem
{
    internal GeneralPrompt(PromptTopic topic, GeneralLanguage language, string question, int noun = -1, Act? act = null)
    {
        (Topic, Phrases, Question, Noun, Act) = (topic, language, question, noun, act);
        Id = $"general/{language.Code}/{question}";
    }

    public override string Id { get; }

    public override string Question { get; }

    public override ProblemKind Kind => ProblemKind.General;

    public override string Language => Phrases.Code;

    public PromptTopic Topic { get; }

    internal GeneralLanguage Phrases { get; }

    /// <summary>The noun to translate, as a place in <see cref="GeneralLanguage.Nouns"/>; -1 where there is none.</summary>
    internal int Noun { get; }

    /// <summary>What the user wants to do, where the topic is that.</summary>
    internal Act? Act { get; }

    /// <summary>Correct where the summary, what stands after the chain of thought, is a good reply.</summary>
    public override Judgement Judge(string completion)
    {
        string reply = ResponseParts.Summary(completion);
        return GoldCheck.Fault(this, reply) is { } fault ? Judgement.Wrong(reply, fault) : Judgement.Correct(reply);
    }
}
