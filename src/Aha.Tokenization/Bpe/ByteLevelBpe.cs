using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Aha.Tokenization.Files;
using Aha.Tokenization.PreTokenization;

namespace Aha.Tokenization.Bpe;

/// <summary>
/// Byte-level BPE, the tokenizer of GPT-2 and its descendants: added tokens are found first, the rest is normalised, cut into pieces by
/// the pre-tokenizer's pattern, and the bytes of each piece are merged. Gives the ids of Hugging Face's library.
/// </summary>
public sealed class ByteLevelBpe : ITokenizer
{
    private readonly BpeVocabulary _vocabulary;
    private readonly TokenizerFiles? _files;
    private readonly JsonObject? _config;
    private readonly PreTokenizer _preTokenizer;
    private readonly MergeTable _merges;
    private readonly int[] _byteIds;
    private readonly Dictionary<string, int>? _wholeTokens;
    private readonly TokenBytes _bytes;
    private readonly HashSet<int> _special;
    private readonly AddedTokenPass _everyToken;
    private readonly AddedTokenPass _tokensInUserText;
    private readonly WordCache _cache = new();

    /// <exception cref="TokenizationException">The vocabulary does not fit together; the message names what does not.</exception>
    public ByteLevelBpe(BpeVocabulary vocabulary)
        : this(vocabulary, files: null)
    {
    }

    /// <param name="config">What <see cref="Save"/> writes as <c>tokenizer_config.json</c>.</param>
    /// <exception cref="TokenizationException">The vocabulary does not fit together; the message names what does not.</exception>
    public ByteLevelBpe(BpeVocabulary vocabulary, JsonObject config)
        : this(vocabulary, files: null) => _config = config;

    internal ByteLevelBpe(BpeVocabulary vocabulary, TokenizerFiles? files)
    {
        _files = files;
        _preTokenizer = vocabulary.PreTokenizer;
        VocabularySize = VocabularyChecks.Size(vocabulary);
        Dictionary<string, int> ids = VocabularyChecks.Ids(vocabulary);
        _merges = VocabularyChecks.Merges(vocabulary, ids);
        _byteIds = [.. Enumerable.Range(0, 256).Select(b => ids.GetValueOrDefault(ByteAlphabet.CharOf((byte)b).ToString(), -1))];
        _wholeTokens = vocabulary.IgnoreMerges ? ids : null;
        _bytes = new TokenBytes(vocabulary, VocabularySize);
        _special = [.. vocabulary.AddedTokens.Where(t => t.Special).Select(t => t.Id)];
        _everyToken = new AddedTokenPass(vocabulary.AddedTokens, vocabulary.NormalizeToNfc);
        _tokensInUserText = new AddedTokenPass(vocabulary.AddedTokens.Where(t => !t.IsControl), vocabulary.NormalizeToNfc);

        // Read from files, the vocabulary can be read again; 30 MB of strings are not kept for that.
        _vocabulary = files is null ? vocabulary : vocabulary with { Tokens = [], Merges = [] };
    }

    public int VocabularySize { get; }

    public IReadOnlyList<int> EndIds => _vocabulary.EndIds;

    public int? BeginId => _vocabulary.BeginId;

    public int[] Encode(string text, bool parseSpecial = false, bool addSpecial = false)
    {
        Utf16.RequireWellFormed(text);
        var ids = new List<int>((text.Length / 3) + 4);
        if (addSpecial)
        {
            ids.AddRange(_vocabulary.Prefix);
        }

        (parseSpecial ? _everyToken : _tokensInUserText).Run(text, ids, this);
        if (addSpecial)
        {
            ids.AddRange(_vocabulary.Suffix);
        }

        return [.. ids];
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        int length = 0;
        foreach (int id in ids)
        {
            length += BytesOf(id, skipSpecial).Length;
        }

        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        int at = 0;
        foreach (int id in ids)
        {
            ReadOnlySpan<byte> token = BytesOf(id, skipSpecial);
            token.CopyTo(bytes.AsSpan(at));
            at += token.Length;
        }

        string text = Encoding.UTF8.GetString(bytes, 0, length);
        ArrayPool<byte>.Shared.Return(bytes);
        return text;
    }

    public StreamingDecoder CreateStreamingDecoder(bool skipSpecial = true) => new BpeStreamingDecoder(this, skipSpecial);

    public void Save(string folder) => (_files ?? TokenizerJson.Format(_vocabulary, _config)).Write(folder);

    internal ReadOnlySpan<byte> BytesOf(int id, bool skipSpecial) => skipSpecial && _special.Contains(id) ? [] : _bytes.Of(id);

    /// <summary>Encodes text without added tokens.</summary>
    internal void EncodePlain(ReadOnlySpan<char> text, List<int> ids)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = _preTokenizer.PieceEnd(text, start);
            ReadOnlySpan<char> word = text[start..end];
            start = end;
            if (word.Length > WordCache.MaxLength)
            {
                EncodeWord(word, ids);
            }
            else if (_cache.Find(word, out int set) is { } known)
            {
                if (known.All is null)
                {
                    ids.Add(known.First);
                }
                else
                {
                    ids.AddRange(known.All);
                }
            }
            else
            {
                int before = ids.Count;
                EncodeWord(word, ids);
                _cache.Put(set, word, CollectionsMarshal.AsSpan(ids)[before..]);
            }
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, List<int> ids)
    {
        const int onStack = 256;
        int most = Encoding.UTF8.GetMaxByteCount(word.Length);
        byte[]? rentedBytes = most > onStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> bytes = rentedBytes ?? stackalloc byte[onStack];
        bytes = bytes[..Encoding.UTF8.GetBytes(word, bytes)];
        if (_wholeTokens is null || !TryWholeToken(bytes, ids))
        {
            int[]? rentedIds = bytes.Length > onStack ? ArrayPool<int>.Shared.Rent(bytes.Length) : null;
            Span<int> parts = rentedIds is null ? stackalloc int[onStack] : rentedIds;
            parts = parts[..bytes.Length];
            for (int i = 0; i < bytes.Length; i++)
            {
                parts[i] = _byteIds[bytes[i]] is >= 0 and int id ? id : throw new TokenizationException(
                    $"the vocabulary has no token for the byte 0x{bytes[i]:X2}, which '{Utf16.Excerpt(word)}' needs");
            }

            ids.AddRange(parts[..WordMerger.Merge(_merges, parts)]);
            if (rentedIds is not null)
            {
                ArrayPool<int>.Shared.Return(rentedIds);
            }
        }

        if (rentedBytes is not null)
        {
            ArrayPool<byte>.Shared.Return(rentedBytes);
        }
    }

    private bool TryWholeToken(ReadOnlySpan<byte> bytes, List<int> ids)
    {
        // No vocabulary has longer tokens.
        Span<char> chars = stackalloc char[256];
        if (bytes.Length > chars.Length)
        {
            return false;
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            chars[i] = ByteAlphabet.CharOf(bytes[i]);
        }

        bool found = _wholeTokens!.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..bytes.Length], out int id);
        if (found)
        {
            ids.Add(id);
        }

        return found;
    }
}
