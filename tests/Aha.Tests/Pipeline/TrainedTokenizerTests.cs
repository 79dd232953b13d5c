using Aha.Data.Conversations;
using Aha.Pipeline.Planning;
using Aha.Pipeline.Recipes;
using Aha.Pipeline.Running;
using Aha.Tasks;
using Aha.Tasks.Countdown;
using Aha.Tokenization;
using Aha.Training.SupervisedTuning;
using Aha.Verification;
using Aha.Verification.Format;

namespace Aha.Tests.Pipeline;

/// <summary>The byte-level BPE tokenizer of a student made from scratch, trained on the recipe's corpus.</summary>
public class TrainedTokenizerTests
{
    private const string English = "";
    private const string TwoLanguages = "task: { languages: [en, zh] }\ngeneral: { source: nano }\n";

    private static Recipe Parse(string world, string model, long seed = 1) => RecipeReader.Parse(
        $"seed: {seed}\n{world}model: {{ architecture: llama, tokenizer: bpe, {model} }}\nstages: [ {{ name: base, kind: pretrain }} ]\n", "recipe.yaml", []);

    private static ITokenizer Tokenizer(Recipe recipe) => ModelText.TokenizerOf(recipe, recipe.Stages[0].Model, ".");

    private static string[] Documents(Recipe recipe) =>
        [.. Enumerable.Range(100_000, 400).Select(i => PretrainCorpus.Of(recipe, (CountdownTask)Aha.Pipeline.Planning.TaskFactory.Create(recipe.Task, "."), Aha.Pipeline.Planning.TaskFactory.CreateGeneral(recipe, "."))(i))];

    [Theory]
    [InlineData(English, "vocabulary: 384")]
    [InlineData(English, "vocabulary: 262")]
    [InlineData(English, "vocabulary: 330, pattern: llama3")]
    [InlineData(TwoLanguages, "vocabulary: 500")]
    [InlineData(TwoLanguages, "vocabulary: 500, pattern: deepseek-v3")]
    public void DocumentsComeBackAsTheyWentIn(string world, string model)
    {
        Recipe recipe = Parse(world, model);
        ITokenizer tokenizer = Tokenizer(recipe);
        Assert.InRange(tokenizer.VocabularySize, 262, recipe.Stages[0].Model.Vocabulary!.Value);
        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.Path);
        ITokenizer loaded = Aha.Tokenization.Tokenizer.Load(folder.Path);
        Assert.Equal((tokenizer.VocabularySize, tokenizer.BeginId, tokenizer.EndIds[0]), (loaded.VocabularySize, loaded.BeginId, loaded.EndIds[0]));
        foreach (string document in Documents(recipe))
        {
            int[] ids = loaded.Encode(document);
            Assert.Equal(document, loaded.Decode(ids));
            Assert.Equal(tokenizer.Encode(document), ids);
            Assert.All(ids, id => Assert.True(id >= 2, "begin and end stand in no text"));
        }

        Assert.All(ThinkAnswerFormat.Tags, tag => Assert.Equal(tag, loaded.Decode([Assert.Single(loaded.Encode(tag))])));
    }

    [Fact]
    public void ItFollowsFromTheSeed()
    {
        string[] Files(long seed)
        {
            using var folder = new TemporaryFolder();
            Tokenizer(Parse(English, "vocabulary: 330", seed)).Save(folder.Path);
            return [File.ReadAllText(folder.File("tokenizer.json")), File.ReadAllText(folder.File("tokenizer_config.json"))];
        }

        Assert.Equal(Files(1), Files(1));
        Assert.NotEqual(Files(1), Files(2));
    }

    [Fact]
    public void AWordOfTheCorpusIsAlmostAlwaysOneToken()
    {
        Recipe recipe = Parse(English, "vocabulary: 384");
        ITokenizer tokenizer = Tokenizer(recipe);
        var words = new WordTokenizer(CountdownVocabulary.Words);
        string[] documents = Documents(recipe);
        double ratio = (double)documents.Sum(d => tokenizer.Encode(d).Length) / documents.Sum(d => words.Encode(d).Length);
        Assert.InRange(ratio, 1, 1.15);
    }

    [Fact]
    public void WhatAStudentLearnsIsWhatTheVerifierReadsAndContinuesThePromptAsTheCorpusDoes()
    {
        Recipe recipe = Parse(English, "vocabulary: 384");
        ITokenizer tokenizer = Tokenizer(recipe);
        var problem = CountdownProblem.Create([4, 6, 10], 36, CountdownWording.Nano, ["en"]);

        // As a teacher with a word tokenizer leaves it.
        var words = new WordTokenizer(CountdownVocabulary.Words);
        string answer = words.Decode(words.Encode("<think> 6 * 10 = 60 high , wait , 10 - 4 = 6 , 6 * 6 = 36 yes . </think> <answer> ( 10 - 4 ) * 6 </answer>"));
        var talk = new Conversation("data.jsonl:1", [new Turn(Speaker.User, problem.Question), new Turn(Speaker.Assistant, answer, Learned: true)]);
        TuningExample example = Assert.Single(new PlainConversationEncoder(tokenizer, PromptTemplate.Nano).Encode(talk));
        int[] learned = [.. example.Ids.Where((_, i) => example.Learned[i])];

        Assert.Equal(tokenizer.EndIds[0], learned[^1]);
        string completion = tokenizer.Decode(learned);
        Assert.Equal(" " + answer, completion);
        Assert.Equal(Verdict.Correct, problem.Judge(completion).Verdict);
        Assert.True(ThinkAnswerFormat.Matches(completion));

        // The dialogue as a document of the corpus, where nothing is cut between prompt and answer.
        string document = PromptTemplate.Nano.Render(problem.Question) + " " + answer;
        Assert.Equal([tokenizer.BeginId!.Value, .. tokenizer.Encode(document), tokenizer.EndIds[0]], example.Ids);
    }

    [Theory]
    [InlineData("tokenizer: bpe", "at least 262")]
    [InlineData("tokenizer: bpe, vocabulary: 261", "at least 262")]
    [InlineData("vocabulary: 400", "is for tokenizer bpe")]
    [InlineData("tokenizer: bpe, vocabulary: 400, pattern: words", "'words'")]
    public void AVocabularyThatCannotBeMadeIsNamed(string model, string named) => Assert.Contains(
        named,
        Assert.Throws<RecipeException>(() => RecipeReader.Parse($"stages: [ {{ name: base, kind: pretrain, model: {{ {model} }} }} ]", "r.yaml", [])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void OnlyATrainedTokenizerDependsOnHowItIsTrained()
    {
        static string Keys(string model) => RunPlan.Make(new RecipeSource($"stages: [ {{ name: base, kind: pretrain, model: {{ {model} }} }} ]", "r.yaml", ".", []), "nowhere").Stages[0].Keys.Fingerprint;
        Assert.Equal(Keys("layers: 4"), Keys("pattern: llama3"));
        Assert.NotEqual(Keys("tokenizer: bpe, vocabulary: 300"), Keys("tokenizer: bpe, vocabulary: 301"));
        Assert.NotEqual(Keys("tokenizer: bpe, vocabulary: 300"), Keys("tokenizer: bpe, vocabulary: 300, pattern: llama3"));
    }
}
