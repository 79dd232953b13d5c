namespace Aha.Training.SupervisedTuning;

/// <summary>A <see cref="TuningExample"/> in the making, piece by piece.</summary>
internal sealed class ExampleBuilder
{
    private readonly List<int> _ids = [];
    private readonly List<bool> _learned = [];

    public void Add(ReadOnlySpan<int> ids, bool learn)
    {
        _ids.AddRange(ids);
        for (int i = 0; i < ids.Length; i++)
        {
            _learned.Add(learn);
        }
    }

    public TuningExample Build() => new([.. _ids], [.. _learned]);
}
