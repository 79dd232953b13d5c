namespace Aha.Tasks.Countdown;

/// <summary>
/// The generated pretraining corpus of the nano world. Document i depends on the seed and i alone, so training resumes at
/// any document. It uses problems of <see cref="Split.Corpus"/> only.
/// </summary>
public sealed class CountdownCorpus
{
    private readonly IReadOnlyList<CountdownProblem> _problems;
    private readonly IReadOnlyList<CountdownProblem> _smaller;
    private readonly CorpusOptions _options;
    private readonly CountdownWords[] _languages;
    private readonly ChainWriter _writer;
    private readonly int _limit;
    private readonly long _seed;

    public CountdownCorpus(CountdownTask task, CorpusOptions options, long seed)
    {
        if (task.Countdowns(Split.Corpus).Count == 0)
        {
            throw new TaskException("countdown: corpus_share leaves no problem for the pretraining corpus");
        }

        _problems = task.Countdowns(Split.Corpus);
        _smaller = task.Options.Numbers > 3 ? new CountdownTask(task.Options with { Numbers = task.Options.Numbers - 1, Limit = 0 }).Countdowns(Split.Corpus) : [];
        _options = options;
        _limit = task.Options.MaxResult;
        _languages = [.. task.Options.Languages.Select(CountdownWords.Of)];
        _writer = new ChainWriter(options, _limit, _languages);
        _seed = seed;
    }

    /// <summary>Document <paramref name="index"/>: words separated by single blanks.</summary>
    public string Document(long index)
    {
        Random random = Seeds.Random(_seed, index);
        double kind = random.NextDouble();
        CountdownProblem problem = DrawProblem(random);
        if ((kind -= _options.Facts) < 0)
        {
            return Fact(random);
        }

        if ((kind -= _options.Pairs) < 0)
        {
            return Pair(random);
        }

        if ((kind -= _options.DirectAnswers) < 0)
        {
            return DirectAnswer(problem, random);
        }

        return kind < _options.Notes ? Note(problem, random) : Dialogue(problem, random);
    }

    /// <summary>
    /// Verdict positions in careful chains, for the readiness gate: does the model say <c>yes</c> where, and only where, the
    /// result is the target? Chains are told about the problems given, in order.
    /// </summary>
    public static List<VerdictProbe> Probes(IEnumerable<CountdownProblem> problems, int limit, long seed)
    {
        var writer = new ChainWriter(new CorpusOptions { Slip = 0, FalseYes = 0, Check = 0 }, limit);
        var probes = new List<VerdictProbe>();
        foreach (CountdownProblem problem in problems)
        {
            Random random = Seeds.Random(seed, probes.Count);
            if (writer.Write(problem, ChainStyle.Careful, random) is not { } chain)
            {
                continue;
            }

            CountdownWords language = problem.Words;
            string text = $"{Prompt(problem)} <think> {chain.Text}";
            string[] words = text.Split(' ');
            for (int i = 0; i < words.Length; i++)
            {
                if (words[i] == language.Yes || words[i] == language.Low || words[i] == language.High)
                {
                    probes.Add(new VerdictProbe(string.Join(' ', words[..i]), words[i] == language.Yes, language.Yes));
                }
            }
        }

        return probes;
    }

    private static string Prompt(CountdownProblem problem) => $"User: {problem.Question} Assistant:";

    private CountdownWords DrawLanguage(Random random) => _languages.Length == 1 ? _languages[0] : _languages[random.Next(_languages.Length)];

    // Numbers are shown in a fresh order each time: the order must carry no information.
    private CountdownProblem DrawProblem(Random random)
    {
        IReadOnlyList<CountdownProblem> world = _smaller.Count > 0 && random.NextDouble() < _options.Smaller ? _smaller : _problems;
        CountdownProblem problem = world[random.Next(world.Count)];
        int[] numbers = [.. problem.Numbers];
        random.Shuffle(numbers);
        return problem.Shown(numbers, DrawLanguage(random));
    }

    private string Fact(Random random)
    {
        while (true)
        {
            Term x = Term.Given(random.Next(_limit + 1));
            Term y = Term.Given(random.Next(_limit + 1));
            (Step Step, Term)[] moves = [.. Arithmetic.Moves(x, y, _limit)];
            Step step = moves[random.Next(moves.Length)].Step;
            if (step.Op == '-' || random.Next(3) > 0)
            {
                return $"{DrawLanguage(random).Fact} : {step} .";
            }
        }
    }

    private string Pair(Random random)
    {
        Term x = Term.Given(random.Next(_limit + 1));
        Term y = Term.Given(random.Next(_limit + 1));
        (Step Step, Term Result)[] moves = [.. Arithmetic.Moves(x, y, _limit)];
        random.Shuffle(moves);
        int target = random.Next(4) > 0 ? moves[random.Next(moves.Length)].Step.Result : random.Next(_limit + 1);
        CountdownWords words = DrawLanguage(random);
        string task = $"{words.Task} : {words.Ask($"{x.Value} {y.Value}", target)} {words.Work} :";
        var work = new List<string>();
        foreach ((Step step, Term result) in moves)
        {
            work.Add($"{step} {words.Verdict(step.Result, target)}");
            if (step.Result == target)
            {
                return $"{task} {string.Join($" , {words.No} , ", work)} . {words.Answer} : {result.Expression} .";
            }
        }

        return $"{task} {string.Join($" , {words.No} , ", work)} , {words.GiveUp} .";
    }

    private string DirectAnswer(CountdownProblem problem, Random random) =>
        $"{problem.Words.Task} : {problem.Question} {problem.Words.Answer} : {_writer.Guess(problem, random)} .";

    private string Note(CountdownProblem problem, Random random)
    {
        (problem, Chain chain) = WriteChain(problem, _options.NotesCareful, _options.NotesHasty, random);
        CountdownWords words = problem.Words;
        return $"{words.Task} : {problem.Question} {words.Work} : {chain.Text} . {words.Answer} : {chain.Answer} .";
    }

    private string Dialogue(CountdownProblem problem, Random random)
    {
        double form = random.NextDouble();
        if ((form -= _options.DialogueTaggedGuess) < 0)
        {
            return $"{Prompt(problem)} <think> {_writer.Guess(problem, random)} </think> <answer> {_writer.Guess(problem, random)} </answer>";
        }

        if ((form -= _options.DialogueBareGuess) < 0)
        {
            return $"{Prompt(problem)} {_writer.Guess(problem, random)} .";
        }

        (problem, Chain chain) = WriteChain(problem, _options.DialogueCareful, _options.DialogueHasty, random);
        if ((form -= _options.DialogueTagged) < 0)
        {
            return $"{Prompt(problem)} <think> {chain.Text} </think> <answer> {chain.Answer} </answer>";
        }

        return random.Next(4) switch
        {
            0 => $"{Prompt(problem)} <think> {chain.Text} <answer> {chain.Answer} </answer>",
            1 => $"{Prompt(problem)} <think> {chain.Text} </think> {chain.Answer} .",
            _ => $"{Prompt(problem)} {chain.Text} . {problem.Words.Answer} : {chain.Answer} .",
        };
    }

    private (CountdownProblem Problem, Chain Chain) WriteChain(CountdownProblem problem, double careful, double hasty, Random random)
    {
        while (true)
        {
            double style = random.NextDouble();
            ChainStyle drawn = style < careful ? ChainStyle.Careful : style < careful + hasty ? ChainStyle.Hasty : ChainStyle.Medium;
            if (_writer.Write(problem, drawn, random) is { } chain)
            {
                return (problem, chain);
            }

            problem = DrawProblem(random);
        }
    }
}
