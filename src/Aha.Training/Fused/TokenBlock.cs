using Aha.Training.Batching;

namespace Aha.Training.Fused;

/// <summary>The rows of a block that have a target: row, target id, and the place of its log-probability in the batch.</summary>
internal readonly unsafe record struct TargetList(nint RowsAddress, nint IdsAddress, nint PlacesAddress, int Count)
{
    public int* Rows => (int*)RowsAddress;

    public int* Ids => (int*)IdsAddress;

    public int* Places => (int*)PlacesAddress;
}

/// <summary>Where a sequence's rows lie in its block.</summary>
internal readonly record struct Segment(TrainingSequence Sequence, int FirstPlace, int FirstRow)
{
    /// <summary>The last token predicts nothing that is asked for.</summary>
    public static int RowsOf(TrainingSequence sequence) => sequence.Length - 1;

    public int Rows => RowsOf(Sequence);

    public int Token(int row) => row < Sequence.Prompt.Length ? Sequence.Prompt[row] : Sequence.Completion[row - Sequence.Prompt.Length];
}

/// <summary>A few whole sequences, their tokens as rows one after another, that go through all layers together.</summary>
internal sealed unsafe class TokenBlock
{
    private readonly List<Segment> _segments = [];

    public IReadOnlyList<Segment> Segments => _segments;

    public int Rows { get; private set; }

    public int Longest { get; private set; }

    public int TargetCount { get; private set; }

    /// <summary>What the forward pass left for the backward pass; set by it.</summary>
    public TargetList Targets { get; set; }

    /// <summary>Kept activations; set by the forward pass.</summary>
    public float* Activations { get; set; }

    /// <summary>One logarithm a target; set by the forward pass.</summary>
    public float* LogSums { get; set; }

    /// <summary>Divides sequences, in their order, into blocks of up to <paramref name="rowsWanted"/> rows, or of one longer sequence.</summary>
    public static List<TokenBlock> Cut(IEnumerable<(TrainingSequence Sequence, int FirstPlace)> sequences, int rowsWanted)
    {
        var blocks = new List<TokenBlock>();
        foreach ((TrainingSequence sequence, int place) in sequences)
        {
            int rows = Segment.RowsOf(sequence);
            if (blocks.Count == 0 || blocks[^1].Rows + rows > rowsWanted) blocks.Add(new TokenBlock());
            blocks[^1].Add(sequence, place, rows);
        }

        return blocks;
    }

    private void Add(TrainingSequence sequence, int place, int rows)
    {
        _segments.Add(new Segment(sequence, place, Rows));
        Rows += rows;
        Longest = Math.Max(Longest, rows);
        TargetCount += sequence.Completion.Length;
    }
}
