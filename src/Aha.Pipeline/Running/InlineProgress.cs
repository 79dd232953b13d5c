namespace Aha.Pipeline.Running;

/// <summary>Progress told on the thread that makes it.</summary>
internal sealed class InlineProgress(Action<int> report) : IProgress<int>
{
    public void Report(int value) => report(value);
}
