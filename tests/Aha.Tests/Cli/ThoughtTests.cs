using Aha.Cli.Chat;

namespace Aha.Tests.Cli;

public class ThoughtTests
{
    private const string Text = "a<think>b < c</think>d <thin";

    [Fact]
    public void ThoughtsAreDimmedHoweverTheTextIsCut()
    {
        for (int first = 0; first <= Text.Length; first++)
        {
            for (int second = first; second <= Text.Length; second++)
            {
                string[] pieces = [Text[..first], Text[first..second], Text[second..]];
                Assert.Equal("a\e[2m<think>b < c</think>\e[0md <thin", Shown(pieces, dims: true, begun: false));
                Assert.Equal(Text, Shown(pieces, dims: false, begun: false));
            }
        }
    }

    [Fact]
    public void AThoughtThatThePromptBeganIsDimmedFromTheStartAndOneThatNeverEndsIsEnded()
    {
        Assert.Equal("\e[2mb</think>\e[0mc", Shown(["b</th", "ink>c"], dims: true, begun: true));
        Assert.Equal("\e[2mb</thin\e[0m", Shown(["b</thin"], dims: true, begun: true));
    }

    private static string Shown(string[] pieces, bool dims, bool begun)
    {
        using var output = new StringWriter();
        var thought = new Thought(output, dims, begun);
        foreach (string piece in pieces)
        {
            thought.Write(piece);
        }

        thought.Finish();
        return output.ToString();
    }
}
