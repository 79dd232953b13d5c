namespace Aha.Tokenization;

/// <summary>
/// Ids to text, one at a time, for text that is shown while it is generated. Never gives half a character: bytes that may still
/// become one are held back. Not thread-safe.
/// </summary>
public abstract class StreamingDecoder
{
    /// <summary>The text that is certain now that <paramref name="id"/> has come; often empty in the middle of a character.</summary>
    public abstract string Append(int id);

    /// <summary>What was held back, at the end of the ids; afterwards the decoder begins anew.</summary>
    public abstract string Finish();
}
