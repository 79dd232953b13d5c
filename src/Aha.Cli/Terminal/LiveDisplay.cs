using System.Text;
using Aha.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Aha.Cli.Terminal;

/// <summary>
/// A run as it goes, redrawn in place: stages, progress with the time left, the latest numbers with sparklines, the last evaluation, and now
/// and then a sampled chain with its reflective words marked. Notices and evaluations stay behind as lines above.
/// </summary>
public sealed class LiveDisplay : IRunDisplay
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(12);

    private readonly Lock gate = new();
    private readonly IAnsiConsole console;
    private readonly TimeProvider time;
    private readonly RunProgress progress;
    private readonly ITimer ticker;
    private ReflectiveWords words = ReflectiveWords.Nano;
    private SampleRecord? sample;
    private long sampleAt;
    private long drawnAt;
    private int drawnLines;
    private bool closed;

    public LiveDisplay(IAnsiConsole console, TimeProvider time)
    {
        this.console = console;
        this.time = time;
        progress = new RunProgress(time);
        // A long step tells nothing for a while; the clock must go on all the same.
        ticker = time.CreateTimer(_ => Update(() => { }), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void RunStarted(RunRecord run) => Update(
        () =>
        {
            progress.Start(run);
            string[] usable = [.. run.ReflectiveWords.Where(word => word.Length > 0 && word.All(char.IsLetterOrDigit))];
            words = usable.Length > 0 ? new ReflectiveWords(usable) : ReflectiveWords.Nano;
        },
        now: true);

    public void StageStarted(StageRecord stage, long resumedAt) => Update(() => progress.Start(stage, resumedAt), now: true);

    public void Progress(string what, long done, long total) => Update(() => progress.Progress(what, done, total));

    public void StepCompleted(MetricRecord record, IReadOnlyList<SampleRecord> kept) => Update(() =>
    {
        progress.Completed(record);
        foreach (SampleRecord candidate in kept)
        {
            // An aha is worth interrupting for; the others take turns, slowly enough to be read.
            bool aha = candidate.Kind == "aha" && sample?.Kind != "aha";
            if (sample is null || aha || time.GetElapsedTime(sampleAt) >= SampleEvery)
            {
                sample = candidate;
                sampleAt = time.GetTimestamp();
            }
        }
    });

    public void Evaluated(EvaluationRecord evaluation, IReadOnlyList<SampleRecord> samples) =>
        Say(new Text($"{evaluation.Stage}, {Wording.Evaluation(evaluation)}"), () => progress.Evaluated(evaluation));

    public void CheckpointSaved(CheckpointRecord checkpoint)
    {
    }

    public void StageFinished(StageResult result)
    {
        foreach (string line in FunnelLines.Of(result))
        {
            Say(new Text(line), () => { });
        }

        Update(() => progress.Finish(result), now: true);
    }

    public void Notice(string text) => Say(new Text(Printable(text), new Style(decoration: Decoration.Dim)), () => { });

    public void Finish(RunSummary summary, string? report)
    {
        lock (gate)
        {
            Close();
            foreach (string line in DistillationTable.Lines(summary.Distillation))
            {
                console.Write(new Text(Printable(line) + "\n"));
            }

            console.Write(new Text($"Done in {Wording.Time(TimeSpan.FromSeconds(summary.Seconds))}.\n"));
            console.Write(new Text($"Run: {summary.Run}\n"));
            if (report is not null)
            {
                console.Write(new Text($"Report: {report}\n"));
            }
        }
    }

    public void Dispose()
    {
        ticker.Dispose();
        lock (gate)
        {
            Close();
        }
    }

    /// <summary>Leaves the last frame standing, up to date, with the cursor below it.</summary>
    private void Close()
    {
        if (!closed)
        {
            Draw();
            closed = true;
        }
    }

    private void Update(Action change, bool now = false)
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }
            change();
            if (now || drawnLines == 0 || time.GetElapsedTime(drawnAt) >= RedrawEvery)
            {
                Draw();
            }
        }
    }

    private void Say(IRenderable line, Action change)
    {
        lock (gate)
        {
            change();
            if (closed)
            {
                console.Write(line);
                console.WriteLine();
                return;
            }
            Draw(above: line);
        }
    }

    /// <summary>One write for the whole frame, each old line overwritten rather than cleared first: no flicker.</summary>
    private void Draw(IRenderable? above = null)
    {
        drawnAt = time.GetTimestamp();
        string[] said = above is null ? [] : Lines(above);
        string[] frame = Lines(new LiveFrame(progress, sample, words, console.Profile.Width).Render());
        // A frame taller than the terminal could not be moved up over again.
        int room = Math.Max(1, console.Profile.Height - 1);
        frame = frame.Length > room ? frame[..room] : frame;
        var text = new StringBuilder();
        if (drawnLines > 0)
        {
            text.Append($"\u001b[{drawnLines}A\r");
        }
        foreach (string line in said.Concat(frame))
        {
            text.Append(line).Append("\u001b[K\n");
        }
        text.Append("\u001b[J");
        console.Profile.Out.Writer.Write(text.ToString());
        console.Profile.Out.Writer.Flush();
        drawnLines = frame.Length;
    }

    private string[] Lines(IRenderable renderable)
    {
        var writer = new StringWriter();
        IAnsiConsole page = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = (ColorSystemSupport)console.Profile.Capabilities.ColorSystem,
            Out = new AnsiConsoleOutput(writer),
            Interactive = InteractionSupport.No,
        });
        page.Profile.Width = Math.Max(1, console.Profile.Width - 1);
        page.Profile.Capabilities.Unicode = console.Profile.Capabilities.Unicode;
        page.Write(renderable);
        return writer.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }

    /// <summary>Text of a model or a recipe moves no cursor and sets no colour.</summary>
    internal static string Printable(string text) =>
        string.Concat(text.Select(c => c is '\n' ? ' ' : char.IsControl(c) ? '\ufffd' : c));
}
