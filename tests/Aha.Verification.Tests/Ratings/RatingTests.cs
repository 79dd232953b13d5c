using System.Globalization;
using Aha.Verification.Ratings;
using Aha.Verification.Tests.Support;

namespace Aha.Verification.Tests.Ratings;

public class RatingTests
{
    [Theory]
    [InlineData("1305-ozon-2020-div1_2")]
    [InlineData("1326-global-7")]
    [InlineData("1342-edu-86")]
    [InlineData("1350-641-div2")]
    public void EveryOfficialChangeIsReproduced(string round)
    {
        string path = SharedData.Path($"data/elo/cf_round_{round}.csv");
        using var reader = new StreamReader(path);
        IReadOnlyList<ContestStanding> standings = ContestStanding.ReadCsv(reader, path);
        string[][] rows = [.. File.ReadLines(path).Select(line => line.Split(','))];
        int column = Array.IndexOf(rows[0], "true_delta");
        int[] expected = [.. rows.Skip(1).Select(row => int.Parse(row[column], CultureInfo.InvariantCulture))];
        int[] actual = OfficialRatingChange.Deltas(standings);
        Assert.Equal(expected.Length, actual.Length);
        Assert.Equal(0, expected.Zip(actual).Count(pair => pair.First != pair.Second));
    }

    [Fact]
    public void TheHistogramCountsEveryUser()
    {
        string path = SharedData.Path("data/elo/codeforces_rating_histogram.csv");
        using var reader = new StreamReader(path);
        RatingHistogram histogram = RatingHistogram.ReadCsv(reader, path);
        Assert.Equal(717_421, histogram.Users);
        Assert.Equal(0, histogram.Percentile(-100));
        Assert.Equal(100, histogram.Percentile(5000));
        double[][] rows = [.. File.ReadLines(path).Skip(1).Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal(100 * rows.Where(row => row[0] < 2029).Sum(row => row[1]) / 717_421, histogram.Percentile(2029), 10);
    }

    [Fact]
    public void PercentileIsTheShareStrictlyBelow()
    {
        var histogram = new RatingHistogram([(1200, 1), (800, 2), (1000, 1)]);
        Assert.Equal([0.0, 0.0, 50.0, 50.0, 75.0, 100.0], new[] { 700.0, 800, 801, 1000, 1200, 1201 }.Select(histogram.Percentile));
    }

    /// <summary>The definition, by trying every rating.</summary>
    [Fact]
    public void TheContestRatingIsTheLargestThatExpectsTheRank() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 4000]).Select(t => new ContestStanding(t.Item1, t.Item2, t.Item3)).Array[1, 12]
            .Select(Gen.Int[0, 6], Gen.Int[0, 4]).Sample((humans, points, penalty) =>
            {
                ContestRating rated = CodeElo.Rate(humans, points, penalty);
                ContestStanding[] sorted = [.. humans.OrderByDescending(h => h.Points).ThenBy(h => h.Penalty)];
                int rank = Array.FindIndex(sorted, h => points > h.Points || (points == h.Points && penalty < h.Penalty));
                if (rank < 0) rank = sorted.Length;
                Assert.Equal(rank, rated.Rank);
                double Seed(int r) => 1 + humans.Sum(h => 1 / (1 + Math.Pow(10, (r - h.OldRating) / 400.0)));
                int expected = Enumerable.Range(0, humans.Max(h => h.OldRating) + 100).LastOrDefault(r => Seed(r) >= rank - 1e-12);
                Assert.InRange(rated.Rating, expected - 1, expected);
                Assert.True(rated.Rating == 0 || Seed(rated.Rating) >= rank);
            }, iter: 200);

    [Theory]
    [InlineData("", "x.csv: line 1: no column 'points' in the header")]
    [InlineData("points,penalty,old_rating\n", "x.csv: no rows below the header")]
    [InlineData("points,penalty,old_rating\n1,2,3\n1,,3", "x.csv: line 3: '' in column 'penalty' is not a number in range")]
    public void BadFilesNameTheLine(string text, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => ContestStanding.ReadCsv(new StringReader(text), "x.csv")).Message);

    /// <summary>Any text is a table or a named complaint.</summary>
    [Fact]
    public void TablesOfAnyShapeAreReadOrRefused() =>
        Gen.OneOf("row,points,penalty,old_rating", "rating,count", "\n", ",", "1", "-5", "1e400", "nan", "\"", " ", "x", "2000000000", "\0", "\ud800", "0.5").Array[0, 25].Select(string.Concat).Sample(text =>
        {
            foreach (Action read in (Action[])[() => ContestStanding.ReadCsv(new StringReader(text), "x.csv"), () => RatingHistogram.ReadCsv(new StringReader(text), "x.csv")])
            {
                try
                {
                    read();
                }
                catch (InvalidDataException refusal)
                {
                    Assert.StartsWith("x.csv", refusal.Message, StringComparison.Ordinal);
                }
            }
        }, iter: 3000);
}
