using System.Text;

namespace Aha.Tokenization.Bpe;

internal sealed class BpeStreamingDecoder(ByteLevelBpe tokenizer, bool skipSpecial) : StreamingDecoder
{
    // Holds back the bytes of an unfinished character, and replaces what can become none by U+FFFD.
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public override string Append(int id) => Decode(tokenizer.BytesOf(id, skipSpecial), flush: false);

    public override string Finish() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> buffer = stackalloc char[128];
        int most = bytes.Length + 4;
        Span<char> chars = most <= buffer.Length ? buffer : new char[most];
        int written = _decoder.GetChars(bytes, chars, flush);
        return written == 0 ? "" : new string(chars[..written]);
    }
}
