using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Aha.Runs;

/// <summary>What of a run is written out.</summary>
public enum ExportTable
{
    /// <summary>A line a step.</summary>
    Metrics,

    /// <summary>A line a stored completion: those kept of training steps, and all of every evaluation.</summary>
    Samples,

    /// <summary>A line an evaluation.</summary>
    Evaluations,
}

/// <summary>How lines are written out.</summary>
public enum ExportFormat
{
    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary>Comma-separated with a header (RFC 4180); every number that some line has is a column.</summary>
    Csv,
}

/// <summary>Records as plain lines, for tools that know nothing of Aha.</summary>
public static class RunExport
{
    /// <exception cref="RunFolderException">No run there, or one that is damaged.</exception>
    public static void Write(string folder, ExportTable table, ExportFormat format, TextWriter output)
    {
        switch (table)
        {
            case ExportTable.Metrics:
                Write(RunReader.Load(folder).Metrics, RunJson.Lines.MetricRecord, format, output,
                    ["stage", "kind", "step", "seconds"], m => [m.Stage, m.Kind, Text(m.Step), Text(m.Seconds)], m => m.Values);
                break;
            case ExportTable.Evaluations:
                Write(RunReader.Load(folder).Evaluations, RunJson.Lines.EvaluationRecord, format, output,
                    ["stage", "step", "seconds", "benchmark", "problems", "samples"],
                    e => [e.Stage, Text(e.Step), Text(e.Seconds), e.Benchmark, Text(e.Problems), Text(e.Samples)],
                    e => e.Metrics.Concat(e.ReflectiveWords.Select(word => KeyValuePair.Create($"words/{word.Key}", word.Value))));
                break;
            default:
                Write(RunReader.AllSamples(folder), RunJson.Lines.SampleRecord, format, output,
                    ["stage", "step", "kind", "problem", "sample", "prompt", "response", "verdict", "reason", "reward", "tokens", "finish_reason"],
                    s => [s.Stage, Text(s.Step), s.Kind, s.Problem, s.Sample is { } sample ? Text(sample) : "", s.Prompt, s.Response, s.Verdict, s.Reason ?? "", Text(s.Reward), Text(s.Tokens), s.FinishReason],
                    s => s.Rewards.Select(part => KeyValuePair.Create($"rewards/{part.Key}", part.Value)));
                break;
        }
    }

    private static void Write<T>(
        IEnumerable<T> records, JsonTypeInfo<T> type, ExportFormat format, TextWriter output,
        string[] columns, Func<T, string[]> values, Func<T, IEnumerable<KeyValuePair<string, double>>> numbers)
    {
        if (format == ExportFormat.Jsonl)
        {
            foreach (T record in records)
            {
                output.Write(JsonSerializer.Serialize(record, type) + "\n");
            }

            return;
        }

        // Twice over the records: the header needs every name, and they may not fit into memory.
        string[] names = [.. records.SelectMany(numbers).Select(number => number.Key).Distinct()];
        Line(output, [.. columns, .. names]);
        foreach (T record in records)
        {
            Dictionary<string, double> present = new(numbers(record));
            Line(output, [.. values(record), .. names.Select(name => present.TryGetValue(name, out double value) ? Text(value) : "")]);
        }
    }

    private static void Line(TextWriter output, IEnumerable<string> cells) => output.Write(string.Join(',', cells.Select(Quoted)) + "\r\n");

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
