namespace Aha.Tasks.General;

/// <summary>
/// Conversations about general prompts for the pretraining corpus: good replies and bad ones, in tags and without. Document i depends on the
/// seed and i alone; only prompts of <see cref="Split.Corpus"/> occur.
/// </summary>
public sealed class GeneralCorpus(GeneralTask task, long seed)
{
    // A base model has read everything: a reader of the web meets more chatter than help.
    private const double GoodShare = 0.45;
    private const double TaggedShare = 0.5;
    private const double BareShare = 0.35;

    private readonly IReadOnlyList<GeneralPrompt> _prompts = task.Prompts(Split.Corpus);

    /// <summary>Document <paramref name="index"/>: words separated by single blanks.</summary>
    public string Document(long index)
    {
        Random random = Seeds.Random(seed, index);
        GeneralPrompt prompt = _prompts[random.Next(_prompts.Count)];
        string reply = random.NextDouble() < GoodShare ? ReplyWriter.Good(prompt, random) : ReplyWriter.Bad(prompt, random).Reply;
        double form = random.NextDouble();
        string completion = form < TaggedShare ? Tagged(reply)
            : form < TaggedShare + BareShare ? reply
            : $"<think> {reply} </answer>";
        return $"{PromptTemplate.Nano.Render(prompt.Question)} {completion}";
    }

    /// <summary>A reply as a whole response in R1-Zero's format, without a chain of thought: none is needed to answer a greeting.</summary>
    public static string Tagged(string reply) => $"<think> </think> <answer> {reply} </answer>";
}
