using System.Text;

namespace Aha.Tokenization;

/// <summary>Unicode's composed form (NFC) of any well-formed text.</summary>
internal static class Nfc
{
    // .NET refuses to normalise texts that hold it, though it is a scalar value like any other and composes with nothing.
    private const char Refused = '\ufffe';

    /// <summary>The text composed; the span itself where it is so already.</summary>
    public static ReadOnlySpan<char> Compose(ReadOnlySpan<char> text)
    {
        if (!text.Contains(Refused))
        {
            return text.IsNormalized(NormalizationForm.FormC) ? text : text.ToString().Normalize(NormalizationForm.FormC);
        }

        var composed = new StringBuilder(text.Length);
        while (text.IndexOf(Refused) is var at and >= 0)
        {
            composed.Append(Compose(text[..at])).Append(Refused);
            text = text[(at + 1)..];
        }

        return composed.Append(Compose(text)).ToString();
    }
}
