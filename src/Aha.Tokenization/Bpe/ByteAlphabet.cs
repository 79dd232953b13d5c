namespace Aha.Tokenization.Bpe;

/// <summary>
/// GPT-2's printable stand-ins for the 256 bytes, in which vocabularies are written: printable Latin-1 stands for itself, the rest
/// follows from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_chars = MakeChars();
    private static readonly short[] s_bytes = MakeBytes();

    /// <summary>The stand-in of a byte.</summary>
    public static char CharOf(byte value) => s_chars[value];

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int ByteOf(char c) => c < s_bytes.Length ? s_bytes[c] : -1;

    private static char[] MakeChars()
    {
        var chars = new char[256];
        char spare = '\u0100';
        for (int b = 0; b < 256; b++)
        {
            chars[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : spare++;
        }

        return chars;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[s_chars.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (int b = 0; b < 256; b++)
        {
            bytes[s_chars[b]] = (short)b;
        }

        return bytes;
    }
}
