using Aha.Verification.Text;

namespace Aha.Verification.Format;

/// <summary>The parts of a response that a learned reward or a judge looks at.</summary>
public enum ResponsePart
{
    /// <summary>Chain of thought and summary, as they are.</summary>
    Response,

    /// <summary>What the user reads: without the chain of thought.</summary>
    Summary,
}

/// <summary>Cuts responses into what is thought and what is said.</summary>
public static class ResponseParts
{
    private const string Open = "<think>", Close = "</think>";

    /// <summary>
    /// What stands after the chain of thought, without answer tags, trimmed. Nothing where a chain was opened and never closed; everything where
    /// there is none.
    /// </summary>
    public static string Summary(string response)
    {
        int close = response.LastIndexOf(Close, StringComparison.Ordinal);
        if (close < 0 && response.Contains(Open, StringComparison.Ordinal))
        {
            return "";
        }

        ReadOnlySpan<char> visible = response.AsSpan(close < 0 ? 0 : close + Close.Length);
        return (AnswerSpan.TryTagged(visible, out ReadOnlySpan<char> tagged) ? tagged : visible.Trim()).ToString();
    }

    /// <summary>A part of a response.</summary>
    public static string Of(string response, ResponsePart part) => part == ResponsePart.Summary ? Summary(response) : response;
}
