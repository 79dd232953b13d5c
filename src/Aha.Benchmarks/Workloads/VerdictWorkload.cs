using System.Globalization;
using Aha.Verification;
using Aha.Verification.Maths;

namespace Aha.Benchmarks.Workloads;

/// <summary>The maths verifier on one core: answers made up in a few common forms, half of them right, plain or at the end of a response.</summary>
internal sealed class VerdictWorkload : IWorkload
{
    private readonly (GoldAnswer Gold, PredictedAnswer Answer, bool Right)[] _cases;
    private readonly bool _responses;

    public VerdictWorkload(bool responses)
    {
        _responses = responses;
        var random = new Random(3);
        _cases = [.. Enumerable.Range(0, 512).Select(i =>
        {
            (string gold, string answer) = Pair(i % 6, random);
            bool right = i % 2 == 0;
            string given = right ? answer : Pair(i % 6, random).Answer;
            string text = responses
                ? $"Let us work step by step. First we set $x = {i}$ and simplify, which leaves $\\frac{{x^2 + {i}}}{{2}}$ on the left.\n\nTherefore the answer is $\\boxed{{{given}}}$."
                : given;
            return (new GoldAnswer(gold), new PredictedAnswer(text), right);
        })];
    }

    public string What => _responses ? "responses" : "answers";

    public string Unit => "verdicts_per_second";

    public WorkDone Run()
    {
        const int rounds = 40;
        int wrongVerdicts = 0;
        for (int round = 0; round < rounds; round++)
        {
            foreach ((GoldAnswer gold, PredictedAnswer answer, bool right) in _cases)
            {
                bool accepted = MathVerifier.Judge(gold, answer).Verdict == Verdict.Correct;
                if (right && !accepted) wrongVerdicts++;
            }
        }

        return wrongVerdicts == 0 ? new(rounds * _cases.Length) : throw new InvalidOperationException($"{wrongVerdicts} right answers were not accepted");
    }

    public void Dispose()
    {
    }

    private static (string Gold, string Answer) Pair(int form, Random random)
    {
        int a = random.Next(2, 90), b = random.Next(2, 90);
        return form switch
        {
            0 => (Text(a * b), Text(a * b)),
            1 => ($"\\frac{{{a}}}{{{b}}}", $"\\dfrac{{{2 * a}}}{{{2 * b}}}"),
            2 => ($"{a}\\sqrt{{{b}}}", $"\\sqrt{{{b}}} \\cdot {a}"),
            3 => ($"({a}, {b})", $"({a},{b})"),
            4 => ($"x^2 + {a}x + {b}", $"{b} + {a} x + x^{{2}}"),
            _ => ($"{a}\\%", $"{a}\\%"),
        };
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
