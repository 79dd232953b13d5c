namespace Aha.Tokenization.Bpe;

/// <summary>Cuts added tokens out of a text and hands on what lies between, normalised: first those looked for in the text as given, then those looked for in normalised text.</summary>
internal sealed class AddedTokenPass(IEnumerable<AddedToken> tokens, bool normalize)
{
    private readonly AddedTokenFinder _raw = new(tokens.Where(t => !t.Normalized));

    private readonly AddedTokenFinder _normalized = new(
        tokens.Where(t => t.Normalized).Select(t => normalize ? t with { Content = Nfc.Compose(t.Content).ToString() } : t));

    public void Run(ReadOnlySpan<char> text, List<int> ids, ByteLevelBpe tokenizer)
    {
        for (int from = 0; from < text.Length;)
        {
            AddedToken? token = _raw.Find(text, from, out int start, out int end);
            ReadOnlySpan<char> between = text[from..start];
            RunNormalized(normalize ? Nfc.Compose(between) : between, ids, tokenizer);
            if (token is not null)
            {
                ids.Add(token.Id);
            }

            from = end;
        }
    }

    private void RunNormalized(ReadOnlySpan<char> text, List<int> ids, ByteLevelBpe tokenizer)
    {
        for (int from = 0; from < text.Length;)
        {
            AddedToken? token = _normalized.Find(text, from, out int start, out int end);
            tokenizer.EncodePlain(text[from..start], ids);
            if (token is not null)
            {
                ids.Add(token.Id);
            }

            from = end;
        }
    }
}
