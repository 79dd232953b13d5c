using System.Text;

namespace Aha.Tokenization.Training;

/// <summary>
/// A long text in parts of about a megabyte, cut only where every pre-tokenizer cuts whatever follows: in front of a blank between
/// two Latin words, or behind a single line end.
/// </summary>
public static class TextChunks
{
    private const int Block = 1 << 20;

    /// <summary>The parts; together they are the text.</summary>
    public static IEnumerable<string> Read(TextReader reader, int blockSize = Block)
    {
        var pending = new StringBuilder();
        var block = new char[blockSize];
        while (reader.ReadBlock(block) is > 0 and int read)
        {
            pending.Append(block, 0, read);
            if (LastCut(block.AsSpan(0, read)) is > 0 and int cut)
            {
                int length = pending.Length - read + cut;
                yield return pending.ToString(0, length);
                pending.Remove(0, length);
            }
        }

        if (pending.Length > 0)
        {
            yield return pending.ToString();
        }
    }

    private static int LastCut(ReadOnlySpan<char> text)
    {
        for (int end = text.Length - 2; end >= 2; end--)
        {
            bool betweenWords = text[end] == ' ' && char.IsAsciiLetter(text[end - 1]) && char.IsAsciiLetter(text[end + 1]);
            bool behindLine = text[end - 1] == '\n' && !char.IsWhiteSpace(text[end - 2]) && !char.IsWhiteSpace(text[end]);
            if (betweenWords || behindLine)
            {
                return end;
            }
        }

        return 0;
    }
}
