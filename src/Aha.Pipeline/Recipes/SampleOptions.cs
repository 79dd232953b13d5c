using System.ComponentModel;
using Aha.Evaluation.RejectionSampling;

namespace Aha.Pipeline.Recipes;

/// <summary>Keys of a <c>sample</c> stage: rejection sampling.</summary>
public sealed record SampleOptions
{
    [Description("problems of the task's training split; 0 takes all")]
    public int Problems { get; init; }

    [Description("answers sampled a problem")]
    public int Samples { get; init; } = 4;

    [Description("sampling temperature")]
    public double Temperature { get; init; } = 1.0;

    [Description("keep the smallest set of tokens with this probability; 1 keeps all")]
    public double TopP { get; init; } = 1.0;

    [Description("longest answer in tokens")]
    public int MaxNewTokens { get; init; } = 224;

    [Description("keep only what the task's rule finds correct")]
    public bool Verified { get; init; } = true;

    [Description("keep only answers in this format: none, think_answer, think, cold_start")]
    public string Format { get; init; } = "none";

    [Description("fewest tokens of an answer; 0 is no bound")]
    public int MinTokens { get; init; }

    [Description("most tokens of an answer; 0 is no bound")]
    public int MaxTokens { get; init; }

    [Description("drop mixed languages: none, question (words must be of the question's language), or a language such as en")]
    public string Language { get; init; } = "none";

    [Description("least share of words of that language")]
    public double MinConsistency { get; init; } = 1.0;

    [Description("most characters of a paragraph; 0 is no bound")]
    public int MaxParagraph { get; init; }

    [Description("drop answers with code blocks")]
    public bool DropCode { get; init; }

    [Description("drop a second answer to a problem that says the same")]
    public bool DropRepeated { get; init; } = true;

    [Description("most answers kept a problem; 0 keeps all")]
    public int PerProblem { get; init; }

    [Description("rules that rewrite what is kept, in order: drop_repeats (each attempt once), one_language (nano: all words in the question's language), cold_start (the paper's |special_token|reasoning|special_token|summary)")]
    public IReadOnlyList<string> Rewrite { get; init; } = [];

    [Description("the special token of the cold-start format")]
    public string SpecialToken { get; init; } = Verification.Format.ColdStartFormat.DefaultToken;

    [Description("the summary of the cold-start format; {answer} stands for the answer")]
    public string Summary { get; init; } = "<answer> {answer} </answer>";

    [Description("other conversations added to what was kept: a list of { path, share }")]
    public IReadOnlyList<MixOptions> Mix { get; init; } = [];

    /// <exception cref="ArgumentException">A value is outside its range; the message names its key.</exception>
    public void Validate()
    {
        Require(Problems >= 0, $"problems is {Problems}; it must not be negative");
        Require(Samples >= 1, $"samples is {Samples}; it must be at least 1");
        Require(Temperature >= 0, $"temperature is {Temperature}; it must not be negative");
        Require(TopP is > 0 and <= 1, $"top_p is {TopP}; it must lie in 0..1");
        Require(MaxNewTokens >= 1, $"max_new_tokens is {MaxNewTokens}; it must be at least 1");
        Require(Format == "none" || AnswerFilters.Formats.ContainsKey(Format), $"format '{Format}' is none of none, {string.Join(", ", AnswerFilters.Formats.Keys)}");
        Require(MinTokens >= 0 && MaxTokens >= 0 && (MaxTokens == 0 || MinTokens <= MaxTokens), $"min_tokens {MinTokens} and max_tokens {MaxTokens} leave no length");
        Require(Language is "none" or "question" || Verification.Language.LanguageProfiles.Find(Language) is not null,
            $"language '{Language}' is none of none, question, {string.Join(", ", Verification.Language.LanguageProfiles.All.Select(l => l.Code))}");
        Require(MinConsistency is >= 0 and <= 1, $"min_consistency is {MinConsistency}; it must lie in 0..1");
        Require(MaxParagraph >= 0 && PerProblem >= 0, "max_paragraph and per_problem must not be negative");
        foreach (string name in Rewrite)
        {
            Require(AnswerRewrites.Names.Contains(name), $"rewrite '{name}' is none of {string.Join(", ", AnswerRewrites.Names)}");
        }

        Require(SpecialToken.Trim().Length > 0 && Summary.Contains("{answer}", StringComparison.Ordinal), "special_token must not be empty, and summary must hold {answer}");
        Require(Mix.All(m => m.Path.Length > 0 && m.Share > 0) && Mix.Sum(m => m.Share) < 1, "mix: every entry needs a path and a share above 0, and the shares must stay below 1 together");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException(otherwise);
        }
    }
}

/// <summary>An entry of <c>mix</c>.</summary>
public sealed record MixOptions
{
    [StageInput(StageProduct.Data)]
    [Description("conversations: a file relative to the recipe, or a sample stage")]
    public string Path { get; init; } = "";

    [Description("their share of the whole, in 0..1")]
    public double Share { get; init; }
}
