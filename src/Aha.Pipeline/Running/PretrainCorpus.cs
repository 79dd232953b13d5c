using Aha.Pipeline.Recipes;
using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tasks.General;
using Aha.Tokenization;
using Aha.Tokenization.Bpe;
using Aha.Tokenization.PreTokenization;
using Aha.Tokenization.Training;
using Aha.Verification.Format;

namespace Aha.Pipeline.Running;

/// <summary>The generated documents that base models are pretrained on, and the tokenizer that is trained on them.</summary>
internal static class PretrainCorpus
{
    // Of a closed world all words are there long before; more would only take longer, every time a plan is made.
    private const int DocumentsForTokenizer = 4000;

    // Llama 3's names.
    private const string Begin = "<|begin_of_text|>", End = "<|end_of_text|>";

    /// <summary>The smallest vocabulary a trained tokenizer can have: bytes, begin, end and tags.</summary>
    public static int LeastVocabulary { get; } = 256 + 2 + ThinkAnswerFormat.Tags.Count;

    /// <summary>Document i of the endless corpus; a function of the recipe and i alone.</summary>
    /// <param name="numbers">Given numbers of its problems; null for those of the task.</param>
    public static Func<long, string> Of(Recipe recipe, CountdownTask task, ITask? general, int? numbers = null)
    {
        CountdownTask world = numbers is { } given ? new CountdownTask(task.Options with { Numbers = given, Limit = 0 }) : task;
        Func<long, string> document = new CountdownCorpus(world, new CorpusOptions(), recipe.SeedFor("corpus")).Document;
        return general is GeneralTask nano
            ? new CorpusMix(document, new GeneralCorpus(nano, recipe.SeedFor("general corpus")).Document, recipe.General.CorpusShare, recipe.SeedFor("corpus mix")).Document
            : document;
    }

    /// <summary>A byte-level BPE tokenizer trained on the documents, with the tags as tokens of their own. It follows from the recipe alone, so that a resumed stage makes the same again.</summary>
    public static ITokenizer TrainTokenizer(Recipe recipe, ModelOptions model, string recipeFolder)
    {
        Func<long, string> document = Of(recipe, (CountdownTask)Planning.TaskFactory.Create(recipe.Task, recipeFolder), Planning.TaskFactory.CreateGeneral(recipe, recipeFolder));
        return new ByteLevelBpe(BpeTrainer.Train(Enumerable.Range(0, DocumentsForTokenizer).Select(i => document(i)), TokenizerOptions(model)));
    }

    private static BpeTrainerOptions TokenizerOptions(ModelOptions model) => new()
    {
        VocabularySize = model.Vocabulary!.Value,
        PreTokenizer = PreTokenizers.Named(model.Pattern),
        SpecialTokens = [Begin, End],
        BeginToken = Begin,
        EndToken = End,
        Tags = ThinkAnswerFormat.Tags,
        // Text comes back as it went in, whatever its normal form.
        NormalizeToNfc = false,
    };
}
