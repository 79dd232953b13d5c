using System.Text.RegularExpressions;
using Aha.Runs;

namespace Aha.Reporting.Markup;

/// <summary>
/// A completion as people read it: reflective words marked, equations kept together, tags set off, not a character changed. A
/// <c>turn</c> before each reflective word and before the answer is a line break where the style sheet wants one.
/// </summary>
internal static partial class Transcript
{
    /// <summary>Longer completions are cut here; the whole text is in the run's records.</summary>
    internal const int Longest = 6000;

    private static Html Turn { get; } = Html.Trusted("<br class=\"turn\"/>");

    public static Html Render(string text, ReflectiveWords words)
    {
        int left = Math.Max(0, text.Length - Longest);
        string shown = left == 0 ? text : text[..Longest];
        var pieces = new List<Html>();
        int at = 0;
        foreach ((int start, int length, Html piece) in Spans(shown, words))
        {
            if (start < at)
            {
                continue;
            }
            pieces.Add(Html.Of($"{shown[at..start]}"));
            pieces.Add(piece);
            at = start + length;
        }
        pieces.Add(Html.Of($"{shown[at..]}"));
        if (left > 0)
        {
            pieces.Add(Html.Of($"<span class=\"cut\"> … {Numbers.Count(left)} more characters: aha runs export</span>"));
        }
        return Html.Concat(pieces);
    }

    private static IEnumerable<(int Start, int Length, Html Piece)> Spans(string text, ReflectiveWords words)
    {
        var tags = Tags().Matches(text).Select(match => (match.Index, match.Length, Html.Of($"{(match.Value == "<answer>" ? Turn : Html.Empty)}<span class=\"tag\">{match.Value}</span>")));
        var equations = Equations().Matches(text).Select(match => (match.Index, match.Length, Html.Of($"<span class=\"eq\">{match.Value}</span>")));
        var marks = words.Find(text).Select(word => (word.Start, word.Length, Html.Of($"{Turn}<mark>{text.Substring(word.Start, word.Length)}</mark>")));
        return tags.Concat(marks).Concat(equations).OrderBy(span => span.Item1);
    }

    // NonBacktracking: linear in the length of whatever a model wrote.
    [GeneratedRegex(@"</?(?:think|answer)>", RegexOptions.NonBacktracking)]
    private static partial Regex Tags();

    [GeneratedRegex(@"(?:\([( ]*)?[0-9]+(?:\.[0-9]+)?[ )]*(?:[-+*/×÷^][ (]*[0-9]+(?:\.[0-9]+)?[ )]*)+= *-?[0-9]+(?:[./][0-9]+)?", RegexOptions.NonBacktracking)]
    private static partial Regex Equations();
}
