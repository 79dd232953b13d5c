namespace Aha.Models.Checkpoints.Gguf;

/// <summary>What a token is, with llama.cpp's own numbers.</summary>
public enum GgufTokenType
{
    Normal = 1,
    Unknown = 2,

    /// <summary>An added token that marks structure and is not shown: begin, end, roles.</summary>
    Control = 3,

    /// <summary>An added token that is text.</summary>
    UserDefined = 4,

    /// <summary>An id without a token, there to fill the embedding matrix.</summary>
    Unused = 5,
    Byte = 6,
}
