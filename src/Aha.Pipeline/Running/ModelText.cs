using Aha.Models.Checkpoints;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tasks.General;
using Aha.Templates;
using Aha.Tokenization;

namespace Aha.Pipeline.Running;

/// <summary>How text reaches a model and comes back: what lies in its folder beside the weights. Each model of a run has its own.</summary>
/// <param name="ChatTemplate">Null where the model has none.</param>
/// <param name="Prompts">Turns questions into its prompts.</param>
internal sealed record ModelText(ITokenizer Tokenizer, ChatTemplate? ChatTemplate, IPromptRenderer Prompts)
{
    /// <summary>That of the model a stage works on.</summary>
    /// <exception cref="TokenizationException">Its folder holds no tokenizer that can be read.</exception>
    /// <exception cref="TaskException">The recipe's template is the model's own, and it has none.</exception>
    public static ModelText Of(StagePlan stage, Recipe recipe, string recipeFolder) => stage.Start is { } start
        ? Load(start.Path, recipe)
        : new ModelText(TokenizerOf(recipe, stage.Stage.Model, recipeFolder), null, PromptRenderers.Named(recipe.Template, recipe.SystemPrompt, null));

    /// <summary>That of the model in a folder.</summary>
    /// <exception cref="TokenizationException">The folder holds no tokenizer that can be read.</exception>
    /// <exception cref="TaskException">The recipe's template is the model's own, and it has none.</exception>
    public static ModelText Load(string folder, Recipe recipe)
    {
        ChatTemplate? template = ModelChatTemplate.TryLoad(folder);
        return new ModelText(ModelTokenizer.Load(folder), template, PromptRenderers.Named(recipe.Template, recipe.SystemPrompt, template));
    }

    /// <summary>The tokenizer of a model made from scratch.</summary>
    /// <exception cref="TokenizationException">The folder it names holds no tokenizer that can be read.</exception>
    public static ITokenizer TokenizerOf(Recipe recipe, ModelOptions model, string recipeFolder) => model.Tokenizer switch
    {
        ModelOptions.NanoTokenizer => new WordTokenizer(CountdownVocabulary.Of(recipe.Task.Languages).Union(recipe.General.Source == GeneralSource.Nano ? GeneralVocabulary.Of(recipe.Task.Languages) : [])),
        ModelOptions.TrainedTokenizer => PretrainCorpus.TrainTokenizer(recipe, model, recipeFolder),
        _ => ModelTokenizer.Load(Path.Combine(recipeFolder, model.Tokenizer)),
    };

    /// <summary>Writes it into a model folder.</summary>
    public void Save(string folder)
    {
        Tokenizer.Save(folder);
        // Most tokenizers' own files bring the template along.
        if (ChatTemplate is { } template && Templates.ChatTemplate.TryLoad(folder)?.Text != template.Text)
        {
            template.Save(folder);
        }
    }
}
