namespace Aha.Tests.EndToEnd;

/// <summary>A run that is stopped in the middle of a stage.</summary>
internal static class StoppedRun
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Starts or goes on with a run, and kills it once the stage has begun. On a busy machine the blow can fall when the stage is over: the stage is then made again, and nothing but it,
    /// and the blow tried again.
    /// </summary>
    public static void Kill(TemporaryFolder folder, string recipe, string output, string stage, Func<AhaProcess, bool> begun) =>
        Stop(folder, recipe, output, stage, begun, run => run.Kill());

    /// <summary>The same with what Ctrl-C sends; returns what the run said on the error stream.</summary>
    public static string Interrupt(TemporaryFolder folder, string recipe, string output, string stage, Func<AhaProcess, bool> begun)
    {
        (int code, string errors) = (0, "");
        Stop(folder, recipe, output, stage, begun, run =>
        {
            run.Interrupt();
            (code, errors) = (run.Wait(s_limit), run.Errors);
        });
        Assert.Equal(130, code);
        return errors;
    }

    private static void Stop(TemporaryFolder folder, string recipe, string output, string stage, Func<AhaProcess, bool> begun, Action<AhaProcess> stop)
    {
        string place = folder.File($"{output}/stages/{stage}");
        for (int tries = 0; tries < 20; tries++)
        {
            using AhaProcess run = AhaProcess.Start(folder.Path, "run", recipe, "--output", output, "--json");
            if (run.HoldsBeforeTheEnd(() => begun(run), s_limit))
            {
                stop(run);
                if (!File.Exists(Path.Combine(place, "done.json")))
                {
                    return;
                }
            }

            Assert.True(Directory.Exists(place), $"{stage} has not begun:\n{run.Errors}");
            Directory.Delete(place, recursive: true);
        }

        Assert.Fail($"{stage} was over before it was stopped, each time");
    }
}
