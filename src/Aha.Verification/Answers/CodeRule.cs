using System.Text.Json;
using Aha.Verification.Code;

namespace Aha.Verification.Answers;

/// <summary>Code that is run against tests.</summary>
internal static class CodeRule
{
    internal static AnswerVerifier Create(JsonElement row, Func<CodeVerifier> code)
    {
        CodeLanguage language = CodeLineGrader.Language(row);
        CodeTests tests = CodeLineGrader.Tests(row);
        CodeVerifier verifier = code();
        return new(completion =>
        {
            string source = CodeBlock.Of(completion, language);
            if (source.Length == 0) return Judgement.Wrong(null, "no code");
            CodeJudgement judgement = verifier.JudgeAsync(new(language, source), tests).GetAwaiter().GetResult();
            return judgement.Verdict switch
            {
                Verdict.Correct => Judgement.Correct(source),
                Verdict.Wrong => Judgement.Wrong(source, $"{judgement.Passed} of {judgement.Total} tests passed; {judgement.StatusName}: {judgement.Reason}"),
                _ => Judgement.Unscorable(judgement.Reason ?? "the sandbox gave no reason"),
            };
        });
    }
}
