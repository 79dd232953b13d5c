using System.Text.Json;
using Aha.Runs;
using Aha.Tests.Reporting;

namespace Aha.Tests.Runs;

public class RunExportTests
{
    [Fact]
    public void LinesAreTheRecords()
    {
        RunData run = SyntheticRun.Create(steps: 20);
        using var folder = new TemporaryFolder();
        SyntheticRun.Write(run, folder.Path);

        Assert.Equal(run.Metrics.Select(m => JsonSerializer.Serialize(m, RunJson.Lines.MetricRecord)), Export(folder.Path, ExportTable.Metrics, ExportFormat.Jsonl).TrimEnd().Split('\n'));
        Assert.Equal(run.Evaluations.Select(e => JsonSerializer.Serialize(e, RunJson.Lines.EvaluationRecord)), Export(folder.Path, ExportTable.Evaluations, ExportFormat.Jsonl).TrimEnd().Split('\n'));
        string[] samples = Export(folder.Path, ExportTable.Samples, ExportFormat.Jsonl).TrimEnd().Split('\n');
        Assert.Equal(run.Samples.Count + run.Evaluations.Sum(e => 2 * e.Samples), samples.Length);
        Assert.All(samples, line => Assert.NotNull(JsonSerializer.Deserialize(line, RunJson.Lines.SampleRecord)));
    }

    [Fact]
    public void CsvHasAColumnForEveryNumberAndSurvivesAnyText()
    {
        const string Nasty = "a \"quoted\", line\r\nbreak";
        using var folder = new TemporaryFolder();
        using (var written = RunFolder.Open(folder.Path))
        {
            written.RunStarted(SyntheticRun.Create().Run);
            written.StepCompleted(new MetricRecord("a", "grpo", 1, 0.5, new Dictionary<string, double> { ["x"] = 1e-300, ["y,z"] = double.NaN }), [SyntheticRun.Sample(1, "best", 0) with { Response = Nasty }]);
            written.StepCompleted(new MetricRecord("a", "grpo", 2, 1, new Dictionary<string, double> { ["x"] = 0.1 }), []);
        }

        Assert.Equal(
            [["stage", "kind", "step", "seconds", "x", "y,z"], ["a", "grpo", "1", "0.5", "1E-300", "NaN"], ["a", "grpo", "2", "1", "0.1", ""]],
            Parse(Export(folder.Path, ExportTable.Metrics, ExportFormat.Csv)));
        List<string[]> samples = Parse(Export(folder.Path, ExportTable.Samples, ExportFormat.Csv));
        Assert.Equal(Nasty, samples[1][Array.IndexOf(samples[0], "response")]);
        Assert.Equal("0.2", samples[1][Array.IndexOf(samples[0], "rewards/format")]);
    }

    private static string Export(string folder, ExportTable table, ExportFormat format)
    {
        var output = new StringWriter();
        RunExport.Write(folder, table, format, output);
        return output.ToString();
    }

    // RFC 4180, read the plain way.
    private static List<string[]> Parse(string csv)
    {
        var rows = new List<string[]>();
        var row = new List<string>();
        var cell = new System.Text.StringBuilder();
        bool quoted = false;
        for (int i = 0; i < csv.Length; i++)
        {
            char c = csv[i];
            if (quoted)
            {
                if (c == '"' && i + 1 < csv.Length && csv[i + 1] == '"')
                {
                    cell.Append(csv[i++]);
                }
                else if (c == '"')
                {
                    quoted = false;
                }
                else
                {
                    cell.Append(c);
                }
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c is ',' or '\r')
            {
                row.Add(cell.ToString());
                cell.Clear();
            }
            else if (c == '\n')
            {
                rows.Add([.. row]);
                row.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        return rows;
    }
}
