namespace Aha.Tokenization.PreTokenization;

/// <summary>
/// Cuts text into the pieces that merges do not cross. Every known pattern is a scanner of its own, linear in the text and by whole
/// code points; which one a file asks for is told by the exact text of its regular expressions.
/// </summary>
public abstract class PreTokenizer
{
    private protected PreTokenizer(string name, string ggufName, params string[] patterns) => (Name, GgufName, Patterns) = (name, ggufName, patterns);

    /// <summary>What a user calls it.</summary>
    public string Name { get; }

    /// <summary>Its name in a GGUF file's <c>tokenizer.ggml.pre</c>.</summary>
    public string GgufName { get; }

    /// <summary>The regular expressions as a <c>tokenizer.json</c> writes them: each splits what the one before it left.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>The end of the piece that begins at <paramref name="start"/>, which is inside the text; the next piece begins there.</summary>
    /// <param name="text">UTF-16 without lone surrogates.</param>
    public abstract int PieceEnd(ReadOnlySpan<char> text, int start);

    // "\s*[\r\n]+|\s+(?!\S)|\s+", or without its first part. Where a split before this one has cut the text in front of the classes
    // in segmentEnd, the text ends there as far as the look-ahead can see.
    private protected static int SpaceEnd(ReadOnlySpan<char> text, int start, bool throughNewLine, CharClass segmentEnd = CharClass.None)
    {
        int end = start, afterNewLine = -1;
        for (; end < text.Length; end++)
        {
            CharClass found = CharClasses.Of(text, end, out _);
            if ((found & CharClass.Space) == 0)
            {
                break;
            }

            if ((found & CharClass.NewLine) != 0)
            {
                afterNewLine = end + 1;
            }
        }

        if (throughNewLine && afterNewLine >= 0)
        {
            return afterNewLine;
        }

        bool somethingFollows = end < text.Length && (CharClasses.At(text, end) & segmentEnd) == 0;
        return somethingFollows && end - start > 1 ? end - 1 : end;
    }
}
