namespace Aha.Pipeline.Running;

/// <summary>Progress told on the thread that makes it; <see cref="Progress{T}"/> would post it somewhere, out of order.</summary>
internal sealed class InlineProgress(Action<int> report) : IProgress<int>
{
    public void Report(int value) => report(value);
}
