using Aha.Tokenization;

namespace Aha.Training.Pretraining;

/// <summary>Where a packed stream of documents stands: the next token is <paramref name="Offset"/> tokens into document <paramref name="Document"/>.</summary>
public readonly record struct PackerPosition(long Document, int Offset);

/// <summary>
/// Packs generated documents into windows of equal length without a gap: begin token, document, end token, next document.
/// A window may begin and end inside a document.
/// </summary>
public sealed class DocumentPacker(Func<long, string> documents, ITokenizer tokenizer, PackerPosition start)
{
    private readonly int _end = tokenizer.EndIds is [int end, ..]
        ? end
        : throw new TokenizationException("the tokenizer has no end token to put between documents; name one as eos_token in tokenizer_config.json");

    private PackerPosition _position = start;
    private int[]? _current;

    public PackerPosition Position => _position;

    /// <summary>Fills <paramref name="windows"/>, <c>[count x length]</c> row-major, with the next tokens.</summary>
    public void Fill(Span<int> windows)
    {
        for (int i = 0; i < windows.Length;)
        {
            _current ??= Encode(_position.Document);
            int take = Math.Min(windows.Length - i, _current.Length - _position.Offset);
            for (int k = 0; k < take; k++)
            {
                windows[i + k] = _current[_position.Offset + k];
            }

            i += take;
            _position = _position with { Offset = _position.Offset + take };
            if (_position.Offset == _current.Length)
            {
                _position = new PackerPosition(_position.Document + 1, 0);
                _current = null;
            }
        }
    }

    private int[] Encode(long document)
    {
        int[] text = tokenizer.Encode(documents(document));
        return tokenizer.BeginId is { } begin ? [begin, .. text, _end] : [.. text, _end];
    }
}
