using Aha.Data.Conversations;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Tasks;
using Aha.Tasks.General;

namespace Aha.Pipeline.Stages;

/// <summary>
/// The non-reasoning part of R1's fine-tuning data (DeepSeek-R1, section 2.3.3: writing, questions, self-cognition, translation) at nano scale. Replies
/// have no chain of thought: none is needed for a greeting.
/// </summary>
internal sealed class GeneralDataStage(GeneralDataOptions options) : IStage
{
    public long Steps => 0;

    public StageWork Work(RunPlan plan, StagePlan stage) => default;

    public StageOutcome Run(StageContext context)
    {
        var clock = new StageClock(context.Run.Time, 0);
        context.Run.Observer.StageStarted(context.Record(0), 0);
        var task = (GeneralTask)context.Run.General!;
        Random random = Seeds.Random(context.Run.Seed(context.Name));
        GeneralPrompt[] prompts = [.. task.Prompts(Split.Corpus), .. task.Prompts(Split.Train)];
        string fresh = context.Folder.Data + ".new";
        File.WriteAllLines(fresh, Enumerable.Range(0, options.Count).Select(i =>
        {
            GeneralPrompt prompt = prompts[i % prompts.Length];
            var reply = new Turn(Speaker.Assistant, GeneralCorpus.Tagged(ReplyWriter.Good(prompt, random)), Learned: true);
            return ConversationWriter.Line(new Conversation(context.Name, [new Turn(Speaker.User, prompt.Question), reply]));
        }));
        File.Move(fresh, context.Folder.Data, overwrite: true);
        return new StageOutcome(clock.Seconds, new Dictionary<string, double> { ["conversations"] = options.Count, ["prompts"] = Math.Min(options.Count, prompts.Length) });
    }
}
