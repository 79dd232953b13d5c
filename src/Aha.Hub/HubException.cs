namespace Aha.Hub;

/// <summary>A pull that cannot be done as asked: no such repository, no access, no room, a name that is refused. The message is one line.</summary>
public class HubException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A transfer that failed although it was asked for rightly; the same pull goes on where it stopped.</summary>
public sealed class HubTransferException(string message, Exception? inner = null) : HubException(message, inner);

/// <summary>A failure that may be gone at the next try: a lost connection, a busy server.</summary>
internal sealed class TransientException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the server asked to wait; null where it did not say.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
