using Aha.Verification.Code;

namespace Aha.Tasks.Files;

/// <summary>The sandbox that all problems of this process share: its workers are made once, when the first problem needs one.</summary>
internal static class CodeSandbox
{
    private static readonly Lazy<(CodeVerifier? Verifier, string Refusal)> s_shared = new(() =>
        BubblewrapSandbox.TryCreate(out string refusal) is { } sandbox ? (new CodeVerifier(sandbox), refusal) : (null, refusal));

    /// <exception cref="TaskException">This machine has no sandbox.</exception>
    public static CodeVerifier Verifier(string where) => s_shared.Value.Verifier ?? throw new TaskException($"{where}: {s_shared.Value.Refusal}");
}
