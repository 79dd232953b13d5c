using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Aha.Verification.Ratings;

namespace Aha.Cli.Commands;

/// <summary><c>aha rating</c>: a Codeforces-style rating of a model's contest results.</summary>
internal static class RatingCommand
{
    public static Command Create()
    {
        var contests = new Option<string[]>("--contest") { Description = "the humans' standings: row,points,penalty,old_rating; several contests give the mean rating", Required = true, HelpName = "FILE.csv" };
        var points = new Option<double[]>("--points") { Description = "the model's points, one for each contest", HelpName = "P" };
        var penalty = new Option<double[]>("--penalty") { Description = "the model's penalty, one for each contest (default 0)", HelpName = "Q" };
        var histogram = new Option<string?>("--histogram") { Description = "rating,count of all users, for the percentile (default: those who took part)", HelpName = "FILE.csv" };
        var deltas = new Option<bool>("--deltas") { Description = "print the official rating change of every human instead" };
        var command = new Command("rating", "Rates a model's contest results among the humans who took part (CodeElo's formula).\n\nExample:\n  aha rating --contest round.csv --points 3500 --penalty 120 --histogram users.csv") { contests, points, penalty, histogram, deltas };
        command.SetAction(parsed =>
        {
            string[] files = parsed.GetValue(contests)!;
            IReadOnlyList<ContestStanding>[] standings = [.. files.Select(f => Read(f, reader => ContestStanding.ReadCsv(reader, f)))];
            if (parsed.GetValue(deltas))
            {
                PrintDeltas(standings);
                return 0;
            }

            double[] scored = parsed.GetValue(points) ?? [];
            double[] penalties = parsed.GetValue(penalty) ?? [];
            if (scored.Length != files.Length || (penalties.Length != 0 && penalties.Length != files.Length))
            {
                throw new CommandException($"{files.Length} contests, {scored.Length} --points and {penalties.Length} --penalty: give one of each for every contest");
            }

            if (!scored.Concat(penalties).All(double.IsFinite))
            {
                throw new CommandException("--points and --penalty must be finite numbers");
            }

            RatingHistogram users = parsed.GetValue(histogram) is { } file
                ? Read(file, reader => RatingHistogram.ReadCsv(reader, file))
                : new RatingHistogram(standings.SelectMany(s => s).CountBy(s => s.OldRating).Select(r => ((double)r.Key, (double)r.Value)));
            ContestRating[] ratings = [.. standings.Select((s, i) => CodeElo.Rate(s, scored[i], penalties.Length == 0 ? 0 : penalties[i]))];
            double mean = CodeElo.Mean(ratings);
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                rank = ratings.Length == 1 ? ratings[0].Rank : (int?)null,
                rating = mean,
                percentile = users.Percentile(mean),
                contests = ratings.Length == 1 ? null : ratings.Select(r => new { rank = r.Rank, rating = r.Rating }),
            }, s_json));
            return 0;
        });
        return command;
    }

    private static readonly JsonSerializerOptions s_json = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static void PrintDeltas(IReadOnlyList<ContestStanding>[] contests)
    {
        foreach (IReadOnlyList<ContestStanding> contest in contests)
        {
            int[] changes;
            try
            {
                changes = OfficialRatingChange.Deltas(contest);
            }
            catch (ArgumentException e)
            {
                throw new CommandException(e.Message);
            }

            for (int i = 0; i < changes.Length; i++)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"row\":{i},\"old_rating\":{contest[i].OldRating},\"delta\":{changes[i]}}}"));
            }
        }
    }

    private static T Read<T>(string path, Func<TextReader, T> read)
    {
        try
        {
            using var reader = new StreamReader(path);
            return read(reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}");
        }
    }
}
