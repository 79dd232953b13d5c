using System.Diagnostics;
using Aha.Verification.Maths;

namespace Aha.Verification.Tests.Maths;

/// <summary>No input hangs the verifier, blows its memory or makes it throw.</summary>
public class BoundednessTests
{
    private static readonly double[] Percentiles = [0.5, 0.999, 1.0];

    public static TheoryData<string> Bombs => new(
        "9^9^9^9", "9^{9^{9^{9^9}}}", new string('9', 100_000), "0." + new string('3', 100_000), "2^{100000000}", "\\sqrt{" + new string('7', 9000) + "}", "100000000!", "(((9!)!)!)!", "x!!!!!!!!!!!!",
        string.Concat(Enumerable.Repeat("\\frac{1}{1+", 2000)) + "1" + new string('}', 2000), new string('(', 50_000), new string('{', 50_000), string.Concat(Enumerable.Repeat("\\sqrt{", 5000)),
        "(x+y+z+w)^{200}", string.Concat(Enumerable.Repeat("(x+1)", 500)), string.Concat(Enumerable.Repeat("(a+b+c+d+f)^9", 20)), string.Join("+", Enumerable.Range(0, 3000).Select(static i => $"x_{i}")),
        "\\begin{pmatrix}" + string.Join("\\\\", Enumerable.Repeat(string.Join("&", Enumerable.Repeat("1", 100)), 100)) + "\\end{pmatrix}", string.Concat(Enumerable.Repeat("\\boxed{", 20_000)), string.Concat(Enumerable.Repeat("\\pm 1", 40)),
        string.Join(",", Enumerable.Range(0, 3000)), "\\{" + string.Join(",", Enumerable.Range(0, 90).Select(static i => $"\\sqrt{{{i}+\\sqrt{{2}}}}")) + "\\}", "\\binom{1000000}{500000}", "\\sum_{k=1}^{300} \\sum_{j=1}^{300} \\sqrt{k+j}",
        "\\prod_{k=1}^{300} (x+k)", string.Concat(Enumerable.Repeat("\\sin ", 3000)) + "x", string.Concat(Enumerable.Repeat("\\left", 4000)), new string('|', 5000), new string('$', 50_000), string.Concat(Enumerable.Repeat("\\displaystyle", 1000)),
        "1E9999999", "1E-9999999", "\\sqrt[99999999]{2}", "2^{1/99999999}", "\\gcd(" + new string('8', 4000) + "," + new string('6', 4000) + ")", "e^{e^{e^{e^{e^{10}}}}}", "\\log \\log \\log \\log 2", "0^{-1}", "\\frac{1}{0}", "1/(1-1)",
        "\\lim_{x \\to " + string.Concat(Enumerable.Repeat("\\lim_{x \\to ", 400)) + "0" + new string('}', 400) + "} x", string.Concat(Enumerable.Repeat("-", 10_000)) + "1", string.Concat(Enumerable.Repeat("x^", 5000)) + "2", string.Concat(Enumerable.Repeat("1<", 2000)) + "x",
        "\ud800\udfff\ud800", "\0\0\0", "\\", "\\\\\\\\\\\\", string.Concat(Enumerable.Repeat("the answer is ", 20_000)), string.Concat(Enumerable.Repeat("<think>", 20_000)), string.Concat(Enumerable.Repeat("\\frac", 3000)));

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Bombs_are_answered_at_once_and_never_accepted(string bomb)
    {
        var before = Environment.CpuUsage.TotalTime;
        Assert.NotEqual(Verdict.Correct, MathVerifier.Judge(new("5"), new(bomb)).Verdict);
        Assert.NotEqual(Verdict.Correct, MathVerifier.Judge(new(bomb), new("5")).Verdict);
        MathVerifier.Judge(new(bomb), new(bomb + " "));
        MathVerifier.Judge(new(bomb), new("\\boxed{" + bomb + "}"));
        LatexExpression.Parse(bomb);
        // Five verdicts, in processor time of the whole process, where other tests run too: a loose bound. The percentiles are asserted below.
        var spent = Environment.CpuUsage.TotalTime - before;
        Assert.True(spent < TimeSpan.FromSeconds(2), $"{spent.TotalMilliseconds} ms");
    }

    [Fact]
    public void Twenty_thousand_mutated_strings() => Fuzz(20_000, seed: 1, strictTiming: false);

    /// <summary>Found by the million: deciding whether the value has branches walked each level's arguments twice, six minutes at this depth.</summary>
    [Theory]
    [InlineData("\\sin^x")]
    [InlineData("\\ln^x")]
    [InlineData("\\sqrt{1+\\sin^x")]
    public async Task Powers_of_functions_nest_without_multiplying_the_work(string level)
    {
        string answer = string.Concat(Enumerable.Repeat(level, 18)) + " y";
        await Task.Run(() => MathVerifier.Judge(new("42"), new(answer)), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_million_mutated_strings() => Fuzz(1_000_000, seed: 2, strictTiming: true);

    /// <summary>Judges mutated golds against mutated answers cut from real cases; asserts that nothing escapes and how long it takes.</summary>
    private static void Fuzz(int count, int seed, bool strictTiming)
    {
        var corpus = Corpus();
        var random = new Random(seed);
        var times = new double[count];
        var slowest = (Time: 0.0, Gold: "", Answer: "");
        for (int i = 0; i < count; i++)
        {
            string gold = random.Next(3) == 0 ? corpus[random.Next(corpus.Count)] : Mutate(corpus, random);
            string answer = random.Next(8) == 0 ? gold + " " : Mutate(corpus, random);
            long start = Stopwatch.GetTimestamp();
            try { MathVerifier.Judge(new(gold), new(answer), Options(i)); }
            catch (Exception e) { Assert.Fail($"{e.GetType().Name}: gold {gold} answer {answer}\n{e.StackTrace}"); }
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            // On a shared machine a thread may lose its core: what is slow by itself is slow every time.
            for (int again = 0; again < 4 && times[i] > 5; again++)
            {
                start = Stopwatch.GetTimestamp();
                MathVerifier.Judge(new(gold), new(answer), Options(i));
                times[i] = Math.Min(times[i], Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            if (i > 1000 && times[i] > slowest.Time) { slowest = (times[i], gold, answer); }
        }
        // The first thousand pay for compilation.
        var sorted = times[Math.Min(1000, count / 10)..];
        Array.Sort(sorted);
        string report = string.Join(", ", Percentiles.Select(p => $"p{100 * p}: {sorted[Math.Min(sorted.Length - 1, (int)(p * sorted.Length))]:F3} ms")) + $"; slowest: gold {slowest.Gold} answer {slowest.Answer}";
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Assert.True(sorted[(int)(0.999 * sorted.Length)] < 20, report);
        if (strictTiming) { Assert.True(sorted[^1] < 200, report); }
    }

    private static MathOptions? Options(int i) => i % 2 == 0 ? null : new MathOptions { Sources = (AnswerSources)31, Strict = i % 3 == 0, RelationForSet = true };

    private static List<string> Corpus()
    {
        var corpus = new List<string>();
        foreach (var row in SharedMathData.Rows("data/graders/math_answers.jsonl"))
        {
            foreach (string name in (string[])["gold", "pred"])
            {
                if (SharedMathData.Text(row.GetProperty(name)) is { Length: > 0 } text) { corpus.Add(text); }
            }
        }
        corpus.AddRange(SharedMathData.Rows("data/graders/latex_parse.jsonl").Select(static r => r.GetProperty("latex").GetString()!));
        return corpus;
    }

    private const string Alphabet = "0123456789xyzabcdefi+-*/^_=<>()[]{}|\\$%,.;:!& '\"~#\n∞π≤∪°²";

    private static readonly string[] Pieces =
    [
        "\\frac", "\\sqrt", "\\sin", "\\log_", "\\left(", "\\right)", "\\boxed{", "\\{", "\\}", "\\pm", "\\cup", "\\begin{pmatrix}", "\\end{pmatrix}", "\\\\", "\\text{", "\\infty", "\\int", "\\sum_{k=1}^{9}",
        "\\lim_{x\\to 0}", "^{", "_{", "}", "{", "999999", "^9^9", "!", "|", "\\mod", "\\binom", "\\gcd(", "\\overline{", "\\in", "\\mathbb{R}", "and", "or", "answer is ", "<think>", "</think>", "####", "$", "e^", "\\pi", "1e99", "0.", "(", ")", "x", "\\variable{", "d", "dx",
    ];

    private static string Mutate(List<string> corpus, Random random)
    {
        string text = corpus[random.Next(corpus.Count)];
        if (text.Length > 300 && random.Next(4) != 0)
        {
            int start = random.Next(text.Length - 200);
            text = text.Substring(start, random.Next(20, 200));
        }
        for (int edits = random.Next(1, 6); edits > 0; edits--)
        {
            int at = random.Next(text.Length + 1);
            switch (random.Next(6))
            {
                case 0: text = text.Insert(at, Alphabet[random.Next(Alphabet.Length)].ToString()); break;
                case 1: text = text.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                case 2 when text.Length > 0: at = Math.Min(at, text.Length - 1); text = text.Remove(at, Math.Min(random.Next(1, 6), text.Length - at)); break;
                case 3 when text.Length > 2: int from = random.Next(text.Length - 1); string piece = text.Substring(from, Math.Min(random.Next(1, 40), text.Length - from)); text = text.Insert(at, piece); break;
                case 4: string other = corpus[random.Next(corpus.Count)]; text = string.Concat(text.AsSpan(0, at), other.AsSpan(random.Next(other.Length))); break;
                case 5 when text.Length < 400: string part = text.Length > 12 ? text[..12] : text; text += string.Concat(Enumerable.Repeat(part, random.Next(1, 30))); break;
            }
        }
        return text;
    }
}
