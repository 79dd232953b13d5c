namespace Aha.Data.Conversations;

/// <summary>Who says a turn.</summary>
public enum Speaker
{
    System,
    User,
    Assistant,
    Tool,
}

/// <summary>A turn of a conversation.</summary>
/// <param name="Learned">Whether a model is trained to say it: an assistant's turn that its row does not exempt.</param>
public sealed record Turn(Speaker Speaker, string Text, bool Learned = false);

/// <summary>A conversation to train on; at least one turn of it is learned.</summary>
/// <param name="Where">File and line, for messages.</param>
public sealed record Conversation(string Where, IReadOnlyList<Turn> Turns)
{
    /// <summary>What the user says first; conversations about one question are kept on one side of a split by it.</summary>
    public string Question => Turns.FirstOrDefault(t => t.Speaker == Speaker.User)?.Text ?? "";
}
