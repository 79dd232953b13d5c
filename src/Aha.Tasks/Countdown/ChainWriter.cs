using System.Text;

namespace Aha.Tasks.Countdown;

/// <summary>How a chain of thought is written.</summary>
public enum ChainStyle
{
    /// <summary>Goes on until it is solved; never the same attempt twice.</summary>
    Careful,

    /// <summary>May give up after a failure and answers with what it has.</summary>
    Medium,

    /// <summary>One attempt, then answers.</summary>
    Hasty,
}

/// <summary>A written chain and the expression its author then answers with.</summary>
public sealed record Chain(string Text, string Answer, int Attempts);

/// <summary>A place in a text where the verdict word (<c>yes</c>, <c>low</c>, <c>high</c>) follows.</summary>
/// <param name="Prefix">The text up to the verdict word.</param>
/// <param name="IsMatch">Whether the result just written equals the target.</param>
/// <param name="Yes">The word that calls it a match, in the text's language.</param>
public sealed record VerdictProbe(string Prefix, bool IsMatch, string Yes);

/// <summary>
/// Writes chains of thought: attempts separated by reflective words, each result followed by a verdict. The verdict is the
/// key ingredient: a base model that has not learned to recognise a match gains nothing from longer chains.
/// </summary>
/// <param name="languages">
/// The languages a chain may change to: it begins in the question's, and each further attempt may go over to another. Null: it never changes.
/// </param>
public sealed class ChainWriter(CorpusOptions options, int limit, IReadOnlyList<CountdownWords>? languages = null)
{
    /// <returns>The chain, or null where the search would take more than the allowed attempts.</returns>
    public Chain? Write(CountdownProblem problem, ChainStyle style, Random random)
    {
        var text = new StringBuilder();
        CountdownWords words = problem.Words;
        List<Attempt> order = Order(problem, style, random);
        for (int i = 0; i < order.Count && i < options.MaxAttempts; i++)
        {
            Attempt attempt = order[i];
            int value = WriteSteps(text, attempt, random);
            bool matches = value == problem.Target;
            bool claimed = matches || random.NextDouble() < options.FalseYes;
            text.Append(' ').Append(claimed ? words.Yes : words.Verdict(value, problem.Target));
            if (claimed)
            {
                if (random.NextDouble() < options.Check)
                {
                    text.Append($" . {words.Check} : ");
                    WriteSteps(text, attempt, random, slips: false);
                    text.Append(' ').Append(matches && attempt.Value == problem.Target ? words.Yes : words.No);
                }

                return new Chain(text.ToString(), attempt.Expression, i + 1);
            }

            if (style == ChainStyle.Hasty)
            {
                return new Chain(text.ToString(), attempt.Expression, i + 1);
            }

            if (style == ChainStyle.Medium && random.NextDouble() < options.GiveUp)
            {
                text.Append(" , ").Append(words.GiveUp);
                return new Chain(text.ToString(), attempt.Expression, i + 1);
            }

            words = Next(words, random);
            double word = random.NextDouble();
            text.Append(" , ").Append(word < 0.45 ? words.No : word < 0.85 ? words.Wait : words.Hmm).Append(" , ");
        }

        return null;
    }

    /// <summary>An expression made by one random attempt: a guess without work.</summary>
    public string Guess(CountdownProblem problem, Random random) => DrawAttempt(problem, random).Expression;

    // The reflective word belongs to the attempt it opens: a verdict is always in the language of the word before.
    private CountdownWords Next(CountdownWords words, Random random)
    {
        if (languages is not { Count: > 1 } || random.NextDouble() >= options.Mixing)
        {
            return words;
        }

        CountdownWords[] others = [.. languages.Where(other => other.Code != words.Code)];
        return others[random.Next(others.Length)];
    }

    private List<Attempt> Order(CountdownProblem problem, ChainStyle style, Random random)
    {
        if (style == ChainStyle.Careful && problem.Numbers.Count <= 3)
        {
            return AttemptSearch.All(problem.Numbers, problem.Target, limit, random.NextDouble() < options.Systematic ? null : random);
        }

        if (style == ChainStyle.Hasty)
        {
            return [DrawAttempt(problem, random)];
        }

        // Beyond three numbers the tree is too wide to walk: random attempts, none twice when careful.
        var seen = new HashSet<string>();
        var order = new List<Attempt>();
        for (int tries = 0; order.Count < options.MaxAttempts && tries < 8 * options.MaxAttempts; tries++)
        {
            Attempt attempt = DrawAttempt(problem, random);
            if (style != ChainStyle.Careful || seen.Add(attempt.Expression))
            {
                order.Add(attempt);
            }
        }

        return order;
    }

    private Attempt DrawAttempt(CountdownProblem problem, Random random)
    {
        while (true)
        {
            if (AttemptSearch.Draw(problem.Numbers, problem.Target, limit, random) is { } attempt)
            {
                return attempt;
            }
        }
    }

    // A slip changes the written result and what follows from it, never the expression.
    private int WriteSteps(StringBuilder text, Attempt attempt, Random random, bool slips = true)
    {
        int value = 0;
        int? slipped = null;
        for (int i = 0; i < attempt.Steps.Count; i++)
        {
            Step step = attempt.Steps[i];
            if (slipped is { } carried && i > 0)
            {
                int wrong = attempt.Steps[i - 1].Result;
                step = step.A == wrong ? step with { A = carried } : step.B == wrong ? step with { B = carried } : step;
                int result = step.Op switch { '+' => step.A + step.B, '-' => Math.Abs(step.A - step.B), _ => step.A * step.B };
                step = step with { Result = Math.Min(result, 99) };
            }

            slipped = null;
            if (slips && random.NextDouble() < options.Slip)
            {
                step = step with { Result = Math.Clamp(step.Result + (random.Next(2) == 0 ? -1 : 1) * (1 + random.Next(3)), 0, 99) };
            }

            if (step.Result != attempt.Steps[i].Result)
            {
                slipped = step.Result;
            }

            text.Append(i == 0 ? "" : " , ").Append(step.ToString());
            value = step.Result;
        }

        return value;
    }
}
