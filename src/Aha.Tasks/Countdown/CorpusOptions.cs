namespace Aha.Tasks.Countdown;

/// <summary>
/// What the pretraining corpus is made of. It must show every behaviour that reinforcement learning shall later choose between,
/// the wanted ones rarely: careful search, tags, and far more of haste, guesses and broken tags.
/// </summary>
public sealed record CorpusOptions
{
    /// <summary>Shares of documents; the rest are dialogues.</summary>
    public double Facts { get; init; } = 0.05;

    /// <summary>
    /// Share of problems with two numbers: short, and half of their verdicts are a match. They teach the comparison of a result with
    /// the target, which is rare in long chains and which everything else rests on.
    /// </summary>
    public double Pairs { get; init; } = 0.15;

    /// <summary>In worlds of four or more numbers: share of problems that have one number less, as steps on the way.</summary>
    public double Smaller { get; init; } = 0.4;

    public double DirectAnswers { get; init; } = 0.05;

    public double Notes { get; init; } = 0.46;

    /// <summary>Share of careful chains in notes (never give up, never repeat) and of hasty ones (one attempt); the rest give up at times.</summary>
    public double NotesCareful { get; init; } = 0.80;

    public double NotesHasty { get; init; } = 0.08;

    public double DialogueCareful { get; init; } = 0.25;

    public double DialogueHasty { get; init; } = 0.50;

    /// <summary>Of the dialogues: a chain in correct tags.</summary>
    public double DialogueTagged { get; init; } = 0.50;

    /// <summary>Of the dialogues: tags around a guess.</summary>
    public double DialogueTaggedGuess { get; init; } = 0.10;

    /// <summary>Of the dialogues: a bare guess. The rest are chains without tags or with a tag missing.</summary>
    public double DialogueBareGuess { get; init; } = 0.15;

    /// <summary>Share of careful chains that search in a fixed order.</summary>
    public double Systematic { get; init; } = 0.5;

    /// <summary>Probability that an equation's result is written wrong.</summary>
    public double Slip { get; init; } = 0.01;

    /// <summary>Probability that a failed attempt is called a success.</summary>
    public double FalseYes { get; init; } = 0.01;

    /// <summary>Probability of a second look after a success.</summary>
    public double Check { get; init; } = 0.35;

    /// <summary>Probability, in a chain that is neither careful nor hasty, of giving up after a failure.</summary>
    public double GiveUp { get; init; } = 0.35;

    /// <summary>
    /// In a world told in several languages: probability that an attempt after the first goes over to another language, so that long chains
    /// are mixed, as R1-Zero's were.
    /// </summary>
    public double Mixing { get; init; } = 0.2;

    /// <summary>Where there are general prompts: their share of the documents.</summary>
    public double General { get; init; } = 0.12;

    /// <summary>A careful chain's attempts are cut to this many; a problem whose search would be longer is drawn again.</summary>
    public int MaxAttempts { get; init; } = 16;
}
