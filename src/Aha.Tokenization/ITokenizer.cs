namespace Aha.Tokenization;

/// <summary>Text to token ids and back. Thread-safe.</summary>
public interface ITokenizer
{
    /// <summary>Number of ids; every id is below it. A model's own vocabulary may be larger, padded to a round number.</summary>
    int VocabularySize { get; }

    /// <summary>Ids that end a completion; the first one ends a document.</summary>
    IReadOnlyList<int> EndIds { get; }

    /// <summary>Put before every prompt that no chat template has begun, where the tokenizer has one.</summary>
    int? BeginId { get; }

    /// <param name="parseSpecial">Whether special tokens written in the text count as such; off for text from users.</param>
    /// <param name="addSpecial">Whether to add what the tokenizer's own file puts around a text, such as a begin token.</param>
    /// <exception cref="TokenizationException">The text has a part the vocabulary cannot express, or is no valid UTF-16.</exception>
    int[] Encode(string text, bool parseSpecial = false, bool addSpecial = false);

    /// <summary>The text of the ids. An id that stands for no token gives nothing; bytes that are no UTF-8 give U+FFFD.</summary>
    /// <param name="skipSpecial">Leave begin, end and padding tokens out.</param>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true);

    /// <summary>A decoder that is given one id after the other. The pieces together are what <see cref="Decode"/> gives.</summary>
    StreamingDecoder CreateStreamingDecoder(bool skipSpecial = true);

    /// <summary>Writes the tokenizer's files (<c>tokenizer.json</c>, <c>tokenizer_config.json</c>) into a model folder.</summary>
    void Save(string folder);
}
