namespace Aha.Tokenization.Bpe;

/// <summary>A token that is found in the text as it stands, before any splitting or merging.</summary>
/// <param name="Special">Left out of decoded text on request, and never found in text from users.</param>
public sealed record AddedToken(int Id, string Content, bool Special)
{
    /// <summary>Found only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it along.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Takes the white space after it along.</summary>
    public bool StripRight { get; init; }

    /// <summary>Looked for in the normalised text instead of the text as given.</summary>
    public bool Normalized { get; init; }

    /// <summary>
    /// Whether finding it in text from users would let them speak as someone else. Some files do not mark their turn markers as
    /// special; llama.cpp's converter tells such tokens by the same brackets.
    /// </summary>
    internal bool IsControl => Special || (Content.StartsWith("<|", StringComparison.Ordinal) && Content.EndsWith("|>", StringComparison.Ordinal))
        || (Content.StartsWith("<｜", StringComparison.Ordinal) && Content.EndsWith("｜>", StringComparison.Ordinal));
}
