using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Aha.Tokenization.Files;

namespace Aha.Tokenization;

/// <summary>
/// One token per blank-separated word over a closed vocabulary: the nano recipe's tokenizer. Stored as Hugging Face's
/// <c>WordLevel</c> model with a <c>WhitespaceSplit</c> pre-tokenizer, so that its folder loads elsewhere too.
/// </summary>
public sealed class WordTokenizer : ITokenizer
{
    public const string Pad = "<pad>";
    public const string Begin = "<bos>";
    public const string End = "<eos>";

    private static readonly string[] Specials = [Pad, Begin, End];
    private readonly string[] _words;
    private readonly TokenizerFiles? _files;
    private readonly FrozenDictionary<string, int> _ids;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <param name="words">The words in id order, after the three special tokens; no blanks inside, no duplicates.</param>
    /// <exception cref="TokenizationException">A word is empty, has white space inside or stands twice.</exception>
    public WordTokenizer(IEnumerable<string> words)
        : this(words, null)
    {
    }

    private WordTokenizer(IEnumerable<string> words, TokenizerFiles? files)
    {
        _words = [.. Specials, .. words];
        _files = files;
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < _words.Length; i++)
        {
            if (_words[i].Length == 0 || _words[i].Any(char.IsWhiteSpace))
            {
                throw new TokenizationException($"word {i} of the vocabulary, '{_words[i]}', is empty or holds white space");
            }

            if (!ids.TryAdd(_words[i], i))
            {
                throw new TokenizationException($"the word '{_words[i]}' stands twice in the vocabulary");
            }
        }

        _ids = ids.ToFrozenDictionary(StringComparer.Ordinal);
        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int VocabularySize => _words.Length;

    public IReadOnlyList<int> EndIds { get; } = [2];

    public int? BeginId => 1;

    /// <summary>Id of the padding token.</summary>
    public static int PadId => 0;

    /// <summary>The words after the special tokens, in id order.</summary>
    public IReadOnlyList<string> Words => _words[Specials.Length..];

    /// <summary>The id of a word.</summary>
    /// <exception cref="TokenizationException">The vocabulary has no such word.</exception>
    public int IdOf(ReadOnlySpan<char> word) => _lookup.TryGetValue(word, out int id)
        ? id
        : throw new TokenizationException($"the word '{word}' is not in the vocabulary of {_words.Length} words");

    // Its file puts nothing around a text, so there is nothing for addSpecial to add.
    public int[] Encode(string text, bool parseSpecial = false, bool addSpecial = false)
    {
        var ids = new List<int>(text.Length / 2);
        ReadOnlySpan<char> rest = text;
        while (true)
        {
            rest = rest.TrimStart();
            if (rest.IsEmpty)
            {
                return [.. ids];
            }

            int length = 1;
            while (length < rest.Length && !char.IsWhiteSpace(rest[length]))
            {
                length++;
            }

            int id = IdOf(rest[..length]);
            if (id < Specials.Length && !parseSpecial)
            {
                throw new TokenizationException($"the text holds the special token {_words[id]}, which only a template may write");
            }

            ids.Add(id);
            rest = rest[length..];
        }
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        var text = new StringBuilder(ids.Length * 4);
        StreamingDecoder decoder = CreateStreamingDecoder(skipSpecial);
        foreach (int id in ids)
        {
            text.Append(decoder.Append(id));
        }

        return text.ToString();
    }

    public StreamingDecoder CreateStreamingDecoder(bool skipSpecial = true) => new WordDecoder(_words, skipSpecial);

    public void Save(string folder) => (_files ?? WordTokenizerFiles.Format(_words)).Write(folder);

    internal static WordTokenizer Read(JsonElement root, TokenizerFiles files) => new(WordTokenizerFiles.Read(root, files.TokenizerPath, Specials), files);

    private sealed class WordDecoder(string[] words, bool skipSpecial) : StreamingDecoder
    {
        private bool _begun;

        public override string Append(int id)
        {
            if ((uint)id >= (uint)words.Length || (skipSpecial && id < Specials.Length))
            {
                return "";
            }

            string text = _begun ? " " + words[id] : words[id];
            _begun = true;
            return text;
        }

        public override string Finish()
        {
            _begun = false;
            return "";
        }
    }
}
