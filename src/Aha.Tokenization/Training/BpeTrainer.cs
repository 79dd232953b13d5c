using System.Runtime.InteropServices;
using System.Text;
using Aha.Tokenization.Bpe;

namespace Aha.Tokenization.Training;

/// <summary>
/// Makes a byte-level BPE vocabulary from text: starting from the bytes, the pair that stands next to each other most often becomes
/// a token, again and again (Sennrich et al. 2016). Of equally frequent pairs the one with the lower ids comes first, as in Hugging
/// Face's trainer, so the result depends on the text alone.
/// </summary>
public static class BpeTrainer
{
    private const int Bytes = 256;

    /// <param name="texts">The documents; pieces do not reach from one into the next.</param>
    /// <returns>Fewer tokens than asked for where no pair occurs often enough any more.</returns>
    /// <exception cref="TokenizationException">The options cannot be met, or a text is no valid UTF-16.</exception>
    public static BpeVocabulary Train(IEnumerable<string> texts, BpeTrainerOptions options, CancellationToken cancel = default)
    {
        Check(options);
        AddedToken[] added = Added(options);
        (int[] symbols, int[] starts, long[] counts) = Words(CountPieces(texts, added, options, cancel), added.Length);
        var tokens = new List<string>(options.VocabularySize);
        tokens.AddRange(added.Select(token => token.Content));

        // In the order of their stand-ins, which puts readable text first.
        tokens.AddRange(Enumerable.Range(0, Bytes).Select(b => ByteAlphabet.CharOf((byte)b)).Order().Select(c => c.ToString()));
        Dictionary<string, int> ids = tokens.Index().ToDictionary(t => t.Item, t => t.Index, StringComparer.Ordinal);
        var merges = new List<string>();
        var pairs = new PairCounts(symbols, starts, counts);
        while (tokens.Count < options.VocabularySize && pairs.TryTakeBest(options.MinCount, out int left, out int right))
        {
            cancel.ThrowIfCancellationRequested();
            string joined = tokens[left] + tokens[right];
            if (ids.TryGetValue(joined, out int id) && id < added.Length)
            {
                // Ordinary text must not be able to spell an added token.
                continue;
            }

            // Two merges may spell the same token; it keeps its first id.
            if (ids.TryAdd(joined, tokens.Count))
            {
                id = tokens.Count;
                tokens.Add(joined);
            }

            merges.Add($"{tokens[left]} {tokens[right]}");
            pairs.Merge(left, right, id);
        }

        int? begin = options.BeginToken is { } token ? added.First(t => t.Content == token).Id : null;
        return new BpeVocabulary
        {
            Source = "the trained vocabulary",
            Tokens = tokens,
            Merges = merges,
            PreTokenizer = options.PreTokenizer,
            AddedTokens = added,
            NormalizeToNfc = options.NormalizeToNfc,
            Prefix = begin is { } id0 ? [id0] : [],
            BeginId = begin,
            EndIds = [added.First(t => t.Content == options.EndToken).Id],
        };
    }

    private static void Check(BpeTrainerOptions options)
    {
        string[] added = [.. options.SpecialTokens, .. options.Tags];
        int least = added.Length + Bytes;
        if (options.VocabularySize < least)
        {
            throw new TokenizationException($"a vocabulary of {options.VocabularySize} has no room for {Bytes} bytes and {added.Length} special tokens and tags; it must be at least {least}");
        }

        if (options.MinCount < 1)
        {
            throw new TokenizationException($"the least count of a pair is {options.MinCount}; it must be at least 1");
        }

        if (added.FirstOrDefault(t => t.Length < 2) is { } odd)
        {
            throw new TokenizationException($"'{odd}' cannot be a special token or a tag: it must have two characters or more");
        }

        if (added.Distinct().Count() != added.Length)
        {
            throw new TokenizationException("a special token or a tag stands twice in the list");
        }

        foreach (string? token in (string?[])[options.EndToken, options.BeginToken])
        {
            if (token is not null && !options.SpecialTokens.Contains(token))
            {
                throw new TokenizationException($"the token '{token}' is not among the special tokens {string.Join(", ", options.SpecialTokens)}");
            }
        }
    }

    private static AddedToken[] Added(BpeTrainerOptions options) =>
    [
        .. options.SpecialTokens.Select((text, id) => new AddedToken(id, text, Special: true)),
        .. options.Tags.Select((text, i) => new AddedToken(options.SpecialTokens.Count + i, text, Special: false)),
    ];

    private static Dictionary<string, long> CountPieces(IEnumerable<string> texts, AddedToken[] added, BpeTrainerOptions options, CancellationToken cancel)
    {
        var pieces = new Dictionary<string, long>(StringComparer.Ordinal);
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup = pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        var finder = new AddedTokenFinder(added);
        foreach (string text in texts)
        {
            cancel.ThrowIfCancellationRequested();
            Utf16.RequireWellFormed(text);
            ReadOnlySpan<char> rest = options.NormalizeToNfc ? Nfc.Compose(text) : text;
            for (int from = 0; from < rest.Length;)
            {
                // An added token in the training text is no text to learn from.
                finder.Find(rest, from, out int start, out int end);
                ReadOnlySpan<char> plain = rest[from..start];
                for (int at = 0; at < plain.Length;)
                {
                    int pieceEnd = options.PreTokenizer.PieceEnd(plain, at);
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, plain[at..pieceEnd], out _)++;
                    at = pieceEnd;
                }

                from = end;
            }
        }

        return pieces;
    }

    // All pieces one after the other, as ids of their bytes.
    private static (int[] Symbols, int[] Starts, long[] Counts) Words(Dictionary<string, long> pieces, int firstByte)
    {
        int[] idOfByte = new int[Bytes];
        foreach ((int place, int value) in Enumerable.Range(0, Bytes).OrderBy(b => ByteAlphabet.CharOf((byte)b)).Index())
        {
            idOfByte[value] = firstByte + place;
        }

        var symbols = new List<int>();
        var starts = new List<int> { 0 };
        foreach (string piece in pieces.Keys)
        {
            symbols.AddRange(Encoding.UTF8.GetBytes(piece).Select(b => idOfByte[b]));
            starts.Add(symbols.Count);
        }

        return ([.. symbols], [.. starts], [.. pieces.Values]);
    }
}
