using Aha.Pipeline.Running;
using Aha.Tasks;
using Aha.Tasks.Generated;
using Aha.Tokenization;
using Aha.Tokenization.PreTokenization;
using Aha.Training.Grpo;
using Aha.Training.Pretraining;

namespace Aha.Pipeline.Recipes;

/// <summary>What must hold beyond a key's type, checked before anything is computed.</summary>
internal static class RecipeRules
{
    public static void Check(Recipe recipe, string file)
    {
        CheckModel(recipe.Model, "model", file);
        EvaluationOptions e = recipe.Evaluation;
        Require(file, e.Samples >= 1 && e.MaxNewTokens >= 1 && e.Problems >= 0 && e.Temperature >= 0 && e.TopP is > 0 and <= 1,
            "evaluation: samples and max_new_tokens must be at least 1, problems and temperature not negative, top_p in 0..1");
        Require(file, recipe.Threads >= 0, $"threads is {recipe.Threads}; it must not be negative");
        Require(file, recipe.Rewards.Count > 0, "rewards: at least one part is needed, for example accuracy: 1");
        CheckRewards(recipe.Rewards, "rewards", file);
        Require(file, recipe.General.Source != GeneralSource.File || recipe.General.Path is not null, "general: source file needs a path");
        Require(file, recipe.General.CorpusShare is >= 0 and < 1, $"general: corpus_share is {recipe.General.CorpusShare}; it must lie in 0..1, 1 excluded");

        Require(file, recipe.Task.Kind != TaskKind.File || recipe.Task.Path is not null, "task: kind file needs a path");
        Require(file, recipe.Task.Kind != TaskKind.Generated || GeneratedTasks.Names.Contains(recipe.Task.Puzzle ?? ""),
            $"task: puzzle '{recipe.Task.Puzzle}' is none of {string.Join(", ", GeneratedTasks.Names)}");
        Try(file, "template", () => PromptRenderers.Check(recipe.Template, recipe.SystemPrompt));
        Try(file, "reflective_words", () => _ = new Runs.ReflectiveWords(recipe.ReflectiveWords));
        foreach (RecipeStage stage in recipe.Stages)
        {
            CheckStage(recipe, stage, file);
        }
    }

    private static void CheckRewards(IReadOnlyDictionary<string, RewardOptions> rewards, string where, string file)
    {
        foreach ((string name, RewardOptions part) in rewards)
        {
            Try(file, where, () => part.Validate(name));
        }
    }

    private static void CheckModel(ModelOptions m, string where, string file)
    {
        Require(file, m.HiddenSize >= 2 && m.Layers >= 1 && m.Heads >= 1 && m.KvHeads >= 1 && m.IntermediateSize >= 1 && m.MaxPositions >= 8,
            $"{where}: sizes must be positive (hidden_size at least 2, max_positions at least 8)");
        Require(file, m.HiddenSize % m.Heads == 0, $"{where}: heads ({m.Heads}) must divide hidden_size ({m.HiddenSize})");
        Require(file, m.HiddenSize / m.Heads % 2 == 0, $"{where}: a head's width (hidden_size / heads = {m.HiddenSize / m.Heads}) must be even for rotary positions");
        Require(file, m.Heads % m.KvHeads == 0, $"{where}: kv_heads ({m.KvHeads}) must divide heads ({m.Heads})");
        Require(file, m.InitializerRange > 0, $"{where}: initializer_range is {m.InitializerRange}; it must be above 0");
        Require(file, m.Tokenizer == ModelOptions.TrainedTokenizer ? m.Vocabulary >= PretrainCorpus.LeastVocabulary : m.Vocabulary is null,
            m.Tokenizer == ModelOptions.TrainedTokenizer
                ? $"{where}: tokenizer bpe needs a vocabulary of at least {PretrainCorpus.LeastVocabulary} ids (256 bytes, begin, end and four tags); it is {YamlKeys.Show(m.Vocabulary)}"
                : $"{where}: vocabulary is for tokenizer bpe; tokenizer {m.Tokenizer} brings its own");
        Try(file, where, () => PreTokenizers.Named(m.Pattern));
        Require(file, m.Architecture is "qwen2" or "llama", $"{where}: architecture '{m.Architecture}' cannot be made from scratch; use qwen2 or llama");
    }

    private static void CheckStage(Recipe recipe, RecipeStage stage, string file)
    {
        string where = $"stages.{stage.Name}";
        CheckModel(stage.Model, $"{where}.model", file);
        CheckRewards(stage.Rewards, $"{where}.rewards", file);
        switch (stage.Options)
        {
            case PretrainOptions options:
                Try(file, where, options.Validate);
                Require(file, recipe.Task.Kind == TaskKind.Countdown && recipe.Task.Wording == Tasks.Countdown.CountdownWording.Nano,
                    $"{where}: pretraining generates its corpus for task kind countdown with wording nano; load a trained model for other tasks");
                Require(file, stage.From is not null || options.SequenceLength <= stage.Model.MaxPositions, $"{where}: sequence_length {options.SequenceLength} exceeds model.max_positions {stage.Model.MaxPositions}");
                break;
            case GrpoOptions options:
                Try(file, where, options.Validate);
                Require(file, options.GeneralShare == 0 || recipe.General.Source != GeneralSource.None,
                    $"{where}: general_share is {options.GeneralShare}, and the recipe has no general prompts; add general: {{ source: nano }}, or a file");
                break;
            case GeneralDataOptions options:
                Try(file, where, options.Validate);
                Require(file, recipe.General.Source == GeneralSource.Nano, $"{where}: its conversations are about general: {{ source: nano }}, which the recipe does not have");
                break;
            case RewardModelStageOptions options:
                Try(file, where, options.Validate);
                Require(file, options.Data is not null || recipe.General.Source == GeneralSource.Nano,
                    $"{where}: data: must name a file, or general: {{ source: nano }} generate it");
                break;
            case DistillOptions options:
                Try(file, where, options.Validate);
                Try(file, $"{where}.sampling", options.Sampling.Validate);
                Require(file, options.Teacher is not null, $"{where}: teacher: must name the stage or the model folder that answers");
                break;
            case SftStageOptions options:
                Try(file, where, options.Validate);
                Require(file, options.Data.Count > 0, $"{where}: data: must name a sample stage or a file of conversations");
                break;
            case SampleOptions options:
                Try(file, where, options.Validate);
                break;
            default:
                break;
        }

        Require(file, StageKinds.Known[stage.Kind].FromScratch || stage.From is not null || recipe.Model.Load is not null,
            $"{where}: from: must name the stage whose model it starts from (a pretrain stage makes one) or a model folder, or model: load: must name a trained model for all");
    }

    private static void Require(string file, bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RecipeException($"{file}: {otherwise}");
        }
    }

    private static void Try(string file, string where, Action check)
    {
        try
        {
            check();
        }
        catch (Exception e) when (e is ArgumentException or TaskException or TokenizationException)
        {
            throw new RecipeException($"{file}: {where}: {e.Message}", e);
        }
    }
}
