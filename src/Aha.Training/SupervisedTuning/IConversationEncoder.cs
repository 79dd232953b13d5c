using Aha.Data;
using Aha.Data.Conversations;

namespace Aha.Training.SupervisedTuning;

/// <summary>
/// Turns conversations into token ids, so that the ids before each answer are those that the model is asked with in rollouts and evaluation.
/// </summary>
public interface IConversationEncoder
{
    /// <exception cref="DataFileException">The conversation cannot be expressed; names its file and line.</exception>
    TuningExample Encode(Conversation conversation);
}
