namespace Aha.Tasks;

/// <summary>Where a hash puts a problem: the same side in every run, and on one side only.</summary>
internal static class Splits
{
    /// <summary>The lowest hashes are held out, the next are the corpus's, the rest is for training.</summary>
    public static Split Of(string id, double testShare, double corpusShare = 0)
    {
        double position = Seeds.Fraction(id);
        return position < testShare ? Split.Test
            : position < testShare + corpusShare ? Split.Corpus
            : Split.Train;
    }
}
