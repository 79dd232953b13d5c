using System.Text.RegularExpressions;
using Aha.Tokenization;
using Aha.Tokenization.PreTokenization;

namespace Aha.Tests.Tokenization;

/// <summary>The scanners against the regular expressions they stand for.</summary>
public class PreTokenizerTests
{
    public static TheoryData<string> Names => [.. PreTokenizers.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void InTheBasicPlaneItSplitsAsItsExpressionsDo(string name)
    {
        PreTokenizer scanner = PreTokenizers.Named(name);
        Regex[] expressions = [.. scanner.Patterns.Select(p => new Regex(p, RegexOptions.CultureInvariant))];
        Texts.BasicPlane.Sample(text => Assert.Equal(Split(expressions, text), Pieces(scanner, text)), iter: 20_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PiecesAreTheTextAndNeverHalfACharacter(string name)
    {
        PreTokenizer scanner = PreTokenizers.Named(name);
        Texts.WellFormed.Sample(text =>
        {
            string[] pieces = Pieces(scanner, text);
            Assert.Equal(text, string.Concat(pieces));
            Assert.DoesNotContain(pieces, p => p.Length == 0 || char.IsLowSurrogate(p[0]) || char.IsHighSurrogate(p[^1]));
        });
    }

    // .NET's own expressions see UTF-16 units; these are the pieces of the reference.
    [Theory]
    [InlineData("qwen2", "x\U0001d465\U0001d7d9 \U0001f600b", new[] { "x\U0001d465", "\U0001d7d9", " \U0001f600", "b" })]
    [InlineData("llama3", "\U0001d7ce\U0001d7cf\U0001d7d0\U0001d7d1", new[] { "\U0001d7ce\U0001d7cf\U0001d7d0", "\U0001d7d1" })]
    [InlineData("deepseek-v3", "a \U00020000\u4e00\u30fc1", new[] { "a", " \U00020000", "\u4e00\u30fc", "1" })]
    [InlineData("smollm", " \U0001d7ce\U0001d7cf", new[] { " ", "\U0001d7ce", "\U0001d7cf" })]
    [InlineData("gpt2", "I'm \U0001d7ce1 I'M", new[] { "I", "'m", " \U0001d7ce1", " I", "'", "M" })]
    [InlineData("llama3", "it'\u017fa", new[] { "it", "'\u017f", "a" })]
    public void CodePointsCountNotUnits(string name, string text, string[] pieces) => Assert.Equal(pieces, Pieces(PreTokenizers.Named(name), text));

    [Fact]
    public void UnknownNamesAreRefusedWithTheKnownOnes() =>
        Assert.Contains("qwen2", Assert.Throws<TokenizationException>(() => PreTokenizers.Named("tekken")).Message, StringComparison.Ordinal);

    private static string[] Pieces(PreTokenizer scanner, string text)
    {
        var pieces = new List<string>();
        for (int start = 0; start < text.Length;)
        {
            int end = scanner.PieceEnd(text, start);
            pieces.Add(text[start..end]);
            start = end;
        }

        return [.. pieces];
    }

    // Each expression splits what the one before left; what it does not match stays a piece.
    private static string[] Split(Regex[] expressions, string text)
    {
        string[] pieces = text.Length == 0 ? [] : [text];
        foreach (Regex expression in expressions)
        {
            pieces = [.. pieces.SelectMany(piece =>
            {
                var parts = new List<string>();
                int at = 0;
                foreach (Match match in expression.Matches(piece))
                {
                    parts.Add(piece[at..match.Index]);
                    parts.Add(match.Value);
                    at = match.Index + match.Length;
                }

                parts.Add(piece[at..]);
                return parts.Where(p => p.Length > 0);
            })];
        }

        return pieces;
    }
}
