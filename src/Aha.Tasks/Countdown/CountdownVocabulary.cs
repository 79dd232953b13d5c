namespace Aha.Tasks.Countdown;

/// <summary>The words of the nano world.</summary>
public static class CountdownVocabulary
{
    /// <summary>Every word of the world told in English, in the order of its id: 144 with the tokenizer's three special tokens.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        "<think>", "</think>", "<answer>", "</answer>",
        "User:", "Assistant:", "task", "work", "answer", "check", "fact", "compute",
        ":", ".", ",", "make", "from", "is",
        "+", "-", "*", "/", "(", ")", "=",
        "yes", "no", "low", "high", "wait", "hmm", "give", "up", "so", "try", "again", "?", "then", "left", "use", "!",
        .. Enumerable.Range(0, 100).Select(n => n.ToString()),
    ];

    /// <summary>The words of the world told in these languages: <see cref="Words"/>, then those that further languages add.</summary>
    /// <exception cref="TaskException">The world is not told in one of them.</exception>
    public static IReadOnlyList<string> Of(IEnumerable<string> languages) => [.. Words.Union(languages.SelectMany(code => CountdownWords.Of(code).Tokens))];
}
