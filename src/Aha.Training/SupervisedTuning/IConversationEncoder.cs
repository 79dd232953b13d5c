using Aha.Data;
using Aha.Data.Conversations;

namespace Aha.Training.SupervisedTuning;

/// <summary>
/// Turns conversations into token ids, so that the ids before each answer are those that the model is asked with in rollouts and evaluation.
/// </summary>
public interface IConversationEncoder
{
    /// <returns>One example, or several where what comes later does not go on from what came before.</returns>
    /// <exception cref="DataFileException">The conversation cannot be expressed; names its file and line.</exception>
    IReadOnlyList<TuningExample> Encode(Conversation conversation);
}
