namespace Aha.Tokenization.Bpe;

/// <summary>From the plain data of a vocabulary to tables that are known to fit together.</summary>
internal static class VocabularyChecks
{
    /// <summary>One more than the highest id.</summary>
    public static int Size(BpeVocabulary vocabulary)
    {
        int size = vocabulary.Tokens.Count;
        foreach (AddedToken token in vocabulary.AddedTokens)
        {
            // Ids of added tokens may leave a gap, but no file has a gap of millions; a damaged number must not cost gigabytes.
            if (token.Id < 0 || token.Id > vocabulary.Tokens.Count + 1_000_000)
            {
                throw new TokenizationException($"{vocabulary.Source}: the added token '{token.Content}' has the id {token.Id}, far from the {vocabulary.Tokens.Count} ids of the vocabulary");
            }

            if (!IsValid(token.Content))
            {
                throw new TokenizationException($"{vocabulary.Source}: the added token with id {token.Id} is no valid Unicode text");
            }

            size = Math.Max(size, token.Id + 1);
        }

        foreach (int id in vocabulary.Prefix.Concat(vocabulary.Suffix).Concat(vocabulary.EndIds).Concat(vocabulary.BeginId is { } begin ? [begin] : []))
        {
            if (id < 0 || id >= size)
            {
                throw new TokenizationException($"{vocabulary.Source}: the begin or end id {id} is outside the vocabulary of {size} ids");
            }
        }

        return size;
    }

    /// <summary>The id of every ordinary token.</summary>
    public static Dictionary<string, int> Ids(BpeVocabulary vocabulary)
    {
        var ids = new Dictionary<string, int>(vocabulary.Tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            if (vocabulary.Tokens[id] is { } token && !ids.TryAdd(token, id))
            {
                throw new TokenizationException($"{vocabulary.Source}: the token '{Utf16.Excerpt(token)}' has two ids, {ids[token]} and {id}");
            }
        }

        return ids;
    }

    /// <summary>The merges by their ids.</summary>
    public static MergeTable Merges(BpeVocabulary vocabulary, Dictionary<string, int> ids)
    {
        var table = new MergeTable(vocabulary.Merges.Count);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> joined = stackalloc char[1024];
        for (int rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            ReadOnlySpan<char> merge = vocabulary.Merges[rank];
            int blank = merge.IndexOf(' ');
            if (blank <= 0 || blank == merge.Length - 1 || merge[(blank + 1)..].Contains(' ') || merge.Length > joined.Length)
            {
                throw new TokenizationException($"{vocabulary.Source}: merge {rank}, '{Utf16.Excerpt(merge)}', is not two tokens with a blank between");
            }

            ReadOnlySpan<char> left = merge[..blank], right = merge[(blank + 1)..];
            left.CopyTo(joined);
            right.CopyTo(joined[blank..]);
            table.Set(Id(left), Id(right), rank, Id(joined[..(merge.Length - 1)]));

            int Id(ReadOnlySpan<char> token) => lookup.TryGetValue(token, out int id)
                ? id
                : throw new TokenizationException($"{vocabulary.Source}: merge {rank} needs the token '{Utf16.Excerpt(token)}', which is not in the vocabulary");
        }

        return table;
    }

    private static bool IsValid(string text)
    {
        try
        {
            Utf16.RequireWellFormed(text);
            return text.Length > 0;
        }
        catch (TokenizationException)
        {
            return false;
        }
    }
}
