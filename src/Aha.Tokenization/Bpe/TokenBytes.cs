using System.Text;

namespace Aha.Tokenization.Bpe;

/// <summary>The bytes every id stands for, in one block.</summary>
internal sealed class TokenBytes
{
    private readonly int[] _offsets;
    private readonly byte[] _bytes;

    public TokenBytes(BpeVocabulary vocabulary, int count)
    {
        var texts = new byte[count][];
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            texts[id] = vocabulary.Tokens[id] is { } token ? Bytes(token) : [];
        }

        foreach (AddedToken token in vocabulary.AddedTokens)
        {
            texts[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        }

        _offsets = new int[count + 1];
        for (int id = 0; id < count; id++)
        {
            _offsets[id + 1] = _offsets[id] + (texts[id]?.Length ?? 0);
        }

        _bytes = new byte[_offsets[count]];
        for (int id = 0; id < count; id++)
        {
            texts[id]?.CopyTo(_bytes, _offsets[id]);
        }
    }

    /// <summary>The bytes of an id; none where no token has it.</summary>
    public ReadOnlySpan<byte> Of(int id) => (uint)id < (uint)(_offsets.Length - 1) ? _bytes.AsSpan(_offsets[id].._offsets[id + 1]) : [];

    // A token with a character outside the alphabet stands for itself, as in the reference.
    private static byte[] Bytes(string token)
    {
        var bytes = new byte[token.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            int value = ByteAlphabet.ByteOf(token[i]);
            if (value < 0)
            {
                return Encoding.UTF8.GetBytes(token);
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }
}
