using System.Text;

namespace Aha.Tokenization.Training;

/// <summary>A long text in parts of about a megabyte, cut only where every pre-tokenizer cuts: behind a line end that no white space follows.</summary>
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
            string text = pending.ToString();
            if (Cut(text) is > 0 and int cut)
            {
                yield return text[..cut];
                pending.Clear().Append(text, cut, text.Length - cut);
            }
        }

        if (pending.Length > 0)
        {
            yield return pending.ToString();
        }
    }

    private static int Cut(ReadOnlySpan<char> text)
    {
        for (int end = text.Length - 1; end > 0; end--)
        {
            if (text[end - 1] == '\n' && !char.IsWhiteSpace(text[end]))
            {
                return end;
            }
        }

        return 0;
    }
}
