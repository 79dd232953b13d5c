using System.Text.RegularExpressions;
using Aha.Verification.Code;

namespace Aha.Verification.Tests.Code;

public partial class CSharpTests
{
    private static readonly CodeLimits Limits = new() { CpuSeconds = 20, WallSeconds = 120, TotalWallSeconds = 600 };

    private static Task<CodeJudgement> Judge(string source, params string[] asserts) =>
        SandboxFixture.Verifier.JudgeAsync(new CodeSubmission(CodeLanguage.CSharp, source), new AssertTests(asserts), Limits, TestContext.Current.CancellationToken);

    private static Task<CodeJudgement> Streams(string source, string[] inputs, string[] outputs, CodeLimits? limits = null) =>
        SandboxFixture.Verifier.JudgeAsync(new CodeSubmission(CodeLanguage.CSharp, source), new StreamTests(inputs, outputs), limits ?? Limits, TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_program_is_compiled_once_and_run_on_every_input()
    {
        var judgement = await Streams("""
            using System.Linq;
            var numbers = System.Console.In.ReadToEnd().Split().Where(word => word.Length > 0).Select(long.Parse);
            System.Console.WriteLine(numbers.Sum());
            """, ["1 2\n3", "", "5"], ["6\n", "0", "6"]);
        Assert.Equal((Verdict.Wrong, 2, 3, "wrong_answer"), (judgement.Verdict, judgement.Passed, judgement.Total, judgement.StatusName));
    }

    [Theory]
    [InlineData("class P { static void Main() { while (true) { } } }", "time_limit")]
    [InlineData("class P { static void Main() { var all = new System.Collections.Generic.List<byte[]>(); while (true) { var b = new byte[1 << 20]; System.Array.Fill(b, (byte)1); all.Add(b); } } }", "memory_limit")]
    [InlineData("class P { static void Main() { while (true) System.Console.WriteLine(new string('x', 10000)); } }", "output_limit")]
    [InlineData("class P { static void Main() { throw new System.Exception(\"no\"); } }", "runtime_error")]
    [InlineData("class P { static void Main() { Main(); } }", "runtime_error")]
    [InlineData("class P { static void Main() { System.Environment.Exit(3); } }", "runtime_error")]
    [InlineData("class P { static void Main() { ", "compile_error")]
    [InlineData("class P { static int Main() { return \"x\"; } }", "compile_error")]
    [InlineData("class P { static void Main() { System.Console.WriteLine(2); } }", "wrong_answer")]
    public async Task Failures_are_named(string source, string status)
    {
        var judgement = await Streams(source, [""], ["1"], Limits with { CpuSeconds = status == "time_limit" ? 2 : 20 });
        Assert.Equal((Verdict.Wrong, status), (judgement.Verdict, judgement.StatusName));
    }

    [Fact]
    public async Task A_program_finds_nothing_of_the_machine_and_can_change_nothing()
    {
        var judgement = await Streams("""
            using System; using System.IO; using System.Linq; using System.Diagnostics; using System.Net.Sockets;
            var found = 0;
            void Try(string what, Action attempt) { try { attempt(); found++; Console.WriteLine(what); } catch (Exception) { } }
            Try("shadow", () => File.ReadAllText("/etc/shadow"));
            Try("passwd", () => File.ReadAllText("/etc/passwd"));
            Try("root", () => File.WriteAllText("/x", "x"));
            Try("dotnet", () => File.WriteAllText("/dotnet/x", "x"));
            Try("usr", () => File.WriteAllText("/usr/x", "x"));
            Try("process", () => Process.Start("/bin/true").WaitForExit());
            Try("network", () => new TcpClient("127.0.0.1", 80));
            Try("socket", () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
            Try("kernel", () => File.WriteAllText("/proc/sys/kernel/core_pattern", "x"));
            Try("sysrq", () => File.WriteAllText("/proc/sysrq-trigger", "x"));
            Try("outside", () => File.ReadAllText("/proc/1/root/etc/passwd"));
            var others = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => name.All(char.IsDigit) && name != Environment.ProcessId.ToString());
            foreach (var other in others) { found++; Console.WriteLine("process " + other); }
            foreach (string name in Environment.GetEnvironmentVariables().Keys)
                if (!name.StartsWith("DOTNET_") && name is not ("HOME" or "LANG" or "PWD")) { found++; Console.WriteLine(name); }
            Console.WriteLine(found);
            """, [""], ["0"]);
        Assert.True(judgement.Verdict == Verdict.Correct, judgement.ToString());
    }

    [Fact]
    public async Task Asserts_compare_values_of_many_types()
    {
        var judgement = await Judge("""
            using System; using System.Collections.Generic; using System.Linq; using System.Numerics;
            public class Solution
            {
                public int Add(int a, int b) => a + b;
                public static IEnumerable<string> Words(string s) => s.Split(' ').Where(w => w != "");
                public static Dictionary<string, List<int>> Index(int[] xs) => xs.GroupBy(x => x % 2 == 0 ? "even" : "odd").ToDictionary(g => g.Key, g => g.ToList());
                public static (int, string) Pair() => (3, "\ud800é\n");
                public static double Half(float x) => x / 2;
                public static BigInteger Big(int n) => BigInteger.Pow(2, n);
                public static int[][] Grid() => new[] { new[] { 1, 2 }, new int[0] };
                public static char? None() => null;
                public static object Boxed(bool number) => number ? 7L : "seven";
            }
            """,
            "var solver = new Solution(); Debug.Assert(solver.Add(2, 3) == 5); Debug.Assert(new Solution().Add(-1, 1) == 0);",
            "var words = new[] { \"a\", \"b\" }; Debug.Assert(Solution.Words(\" a  b \").SequenceEqual(words));",
            "var input = new[] { 1, 2, 3 }; Debug.Assert(Solution.Index(input)[\"odd\"].SequenceEqual(new List<int> { 1, 3 }) && Solution.Index(input).Count == 2);",
            "Debug.Assert(Solution.Pair() == (3, \"\\ud800é\\n\"));", "Debug.Assert(Math.Abs(Solution.Half(0.5f) - 0.25) < 1e-12);", "Debug.Assert(Solution.Big(100) == BigInteger.Parse(\"1267650600228229401496703205376\"));",
            "Debug.Assert(Solution.Grid()[0][1] == 2 && Solution.Grid()[1].Length == 0);", "Debug.Assert(Solution.None() == null);", "Debug.Assert(Solution.Boxed(true).Equals(7L) && Solution.Boxed(false).Equals(\"seven\"));");
        Assert.True(judgement.Verdict == Verdict.Correct && judgement.Total == 9, judgement.ToString());
    }

    [Theory]
    [InlineData("} class Debug { public static void Assert(bool condition) { } ", "return 0; ")]
    [InlineData("} static Problem() { System.Environment.Exit(0); ", "return 0; ")]
    [InlineData("", "System.Environment.Exit(0); return 0; ")]
    [InlineData("", "var o = System.Console.OpenStandardOutput(); var b = System.Text.Encoding.UTF8.GetBytes(\"0 +\\n1 +\\n2 +\\n\"); o.Write(b, 0, b.Length); o.Flush(); System.Environment.Exit(0); return 0; ")]
    [InlineData("", "throw new held(); } class held : System.Exception { ")]
    [InlineData("} public static void Main(string[] args) { System.Console.WriteLine(\"0 +\\n1 +\"); } static void Rest() { ", "return 0; ")]
    [InlineData("} class AhaValueReader { } static void Rest() { ", "return 0; ")]
    [InlineData("", "foreach (var f in System.AppDomain.CurrentDomain.GetAssemblies()) { } return 0; ")]
    public async Task Forgeries_do_not_pass(string before, string body)
    {
        var row = SandboxFixture.Rows("bench/humaneval_csharp.jsonl").First(row => row.Text("name") == "HumanEval_53_add");
        var judgement = await Judge(row.Text("prompt") + body + before, row.Text("tests"));
        Assert.Equal(Verdict.Wrong, judgement.Verdict);
    }

    [Fact]
    public async Task A_return_type_with_operators_of_its_own_decides_nothing()
    {
        var judgement = await Judge("""
            public class Yes { public static bool operator ==(Yes a, int b) => true; public static bool operator !=(Yes a, int b) => true; public override bool Equals(object o) => true; public override int GetHashCode() => 0; }
            public class Solution { public static Yes Add(int a, int b) => new Yes(); }
            """, "Debug.Assert(Solution.Add(1, 2) == 3);");
        Assert.Equal((Verdict.Wrong, "compile_error"), (judgement.Verdict, judgement.StatusName));
    }

    [Theory]
    [InlineData("class P { static int F() { return 1;", 2)]
    [InlineData("class P { string s = \"{{\" + @\"{\"\"{\" + '{' + \"\\\"{\"; // {", 1)]
    [InlineData("class P { /* { */ string s = \"\"\"{ \"{\" \"\"\"; string t = $\"{1}\"; ", 1)]
    [InlineData("class P { }", 0)]
    [InlineData("}}}", -3)]
    [InlineData("\"", 0)]
    [InlineData("'\\", 0)]
    public void Open_braces_are_counted_outside_literals_and_comments(string text, int open) => Assert.Equal(open, CSharpEnding.OpenBraces(text));

    [Fact]
    public async Task A_source_that_overwhelms_the_parser_is_a_compile_error()
    {
        foreach (var source in new[] { "class P { int x = " + new string('(', 100000), "class P { object x = " + string.Concat(Enumerable.Repeat("a<", 20000)), new string('{', 50000), new string('x', 300000) })
            Assert.Equal((Verdict.Wrong, "compile_error"), (await Judge(source, "Debug.Assert(P.F() == 1);")) is var judged ? (judged.Verdict, judged.StatusName) : default);
    }

    [Theory]
    [InlineData("Debug.Assert(")]
    [InlineData("foreach (var x in new[] { 1 }) Debug.Assert(Solution.F() == x);")]
    [InlineData("")]
    public async Task Tests_that_cannot_be_read_are_unscorable(string tests) =>
        Assert.Equal(Verdict.Unscorable, (await Judge("public class Solution { public static int F() => 1; }", tests)).Verdict);

    private static readonly Dictionary<string, (string Right, string Wrong)> Written = new()
    {
        ["HumanEval_23_strlen"] = ("return str.Length;", "return str.Length + 1;"),
        ["HumanEval_89_encrypt"] = ("return new string(s.Select(c => (char)('a' + (c - 'a' + 4) % 26)).ToArray());", "return new string(s.Select(c => (char)('a' + (c - 'a' + 3) % 26)).ToArray());"),
        ["HumanEval_14_all_prefixes"] = ("return Enumerable.Range(1, str.Length).Select(n => str.Substring(0, n)).ToList();", "return Enumerable.Range(0, str.Length).Select(n => str.Substring(0, n)).ToList();"),
        ["HumanEval_107_even_odd_palindrome"] = (
            "long even = 0, odd = 0; for (long i = 1; i <= n; i++) if (i.ToString().SequenceEqual(i.ToString().Reverse())) { if (i % 2 == 0) even++; else odd++; } return Tuple.Create(even, odd);",
            "long even = 0, odd = 0; for (long i = 1; i <= n; i++) if (i.ToString().SequenceEqual(i.ToString().Reverse())) { if (i % 2 == 1) even++; else odd++; } return Tuple.Create(even, odd);"),
        ["HumanEval_71_triangle_area"] = (
            "if (a + b <= c || a + c <= b || b + c <= a) return -1; double s = (a + b + c) / 2.0; return (float)Math.Round(Math.Sqrt(s * (s - a) * (s - b) * (s - c)), 2);",
            "double s = (a + b + c) / 2.0; return (float)Math.Round(s, 2);"),
        ["HumanEval_90_next_smallest"] = ("var d = lst.Distinct().OrderBy(x => x).ToList(); return d.Count < 2 ? (long?)null : d[1];", "return lst.Count == 0 ? (long?)null : lst.Min();"),
        ["HumanEval_132_is_nested"] = (
            "int i = 0, open = 0, close = 0; foreach (var c in str) { if (c == '[' && open < 2) open++; else if (c == ']' && open == 2 && close < 2) close++; } return open == 2 && close == 2;", "return str.Contains(\"[[\");"),
        ["HumanEval_112_reverse_delete"] = (
            "var r = new string(s.Where(x => !c.Contains(x)).ToArray()); return Tuple.Create(r, r.SequenceEqual(r.Reverse()));", "var r = new string(s.Where(x => c.Contains(x)).ToArray()); return Tuple.Create(r, true);"),
    };

    [Fact]
    public Task Some_written_solutions_pass_and_wrong_ones_fail() => CheckWritten([.. Written.Keys.Take(5)]);

    [Fact, Trait("Category", "Slow")]
    public Task All_written_solutions_pass_and_wrong_ones_fail() => CheckWritten([.. Written.Keys]);

    private static async Task CheckWritten(HashSet<string> names)
    {
        var failures = new List<string>();
        foreach (var row in SandboxFixture.Rows("bench/humaneval_csharp.jsonl").Where(row => names.Contains(row.Text("name"))))
        {
            var (right, wrong) = Written[row.Text("name")];
            var first = await Judge(row.Text("prompt") + right, row.Text("tests"));
            var second = await Judge(row.Text("prompt") + wrong, row.Text("tests"));
            if (first.Verdict != Verdict.Correct || second.Verdict != Verdict.Wrong || second.Status != CodeStatus.WrongAnswer)
                failures.Add($"{row.Text("name")}: {first} {second}");
        }
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    /// <summary>Rows whose tests no code can pass: they ask null whether it equals null, or a tuple of long? whether it equals one of long.</summary>
    private static readonly HashSet<string> Unpassable = ["HumanEval_12_longest", "HumanEval_136_largest_smallest_integers", "HumanEval_162_string_to_md5"];

    /// <summary>The file has no solutions; the expected values in the order of the calls stand in for one, so that every row's tests are tried.</summary>
    [Theory, Trait("Category", "Slow")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Every_row_passes_with_its_own_answers_and_fails_without(int eighth)
    {
        var failures = new List<string>();
        var rows = SandboxFixture.Rows("bench/humaneval_csharp.jsonl").Where((row, i) => i % 8 == eighth && !Unpassable.Contains(row.Text("name")));
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken }, async (row, token) =>
        {
            var type = Signature().Match(row.Text("prompt")).Groups[1].Value;
            var answers = Expected().Matches(row.Text("tests")).Select(match => match.Groups["value"].Value).ToList();
            var table = $"return (new Func<{type}>[] {{ {string.Join(", ", answers.Select(answer => $"() => {answer}"))} }})[Calls++](); }} static int Calls = 0; static void Rest() {{";
            var right = await Judge(row.Text("prompt") + table, row.Text("tests"));
            var wrong = await Judge(row.Text("prompt") + "return default;", row.Text("tests"));
            lock (failures)
            {
                if (right.Verdict != Verdict.Correct || right.Total != answers.Count)
                    failures.Add($"{row.Text("name")}: answers {right}");
                if (wrong.Verdict != Verdict.Wrong)
                    failures.Add($"{row.Text("name")}: default {wrong}");
            }
        });
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    [GeneratedRegex(@"public static (.*?) \w+\(")]
    private static partial Regex Signature();

    [GeneratedRegex(@"^\s*Debug\.Assert\(.*?(?:\) == (?<value>.*)|\)\.(?:Equals|SequenceEqual)\((?<value>.*)\))\);$", RegexOptions.Multiline)]
    private static partial Regex Expected();
}
