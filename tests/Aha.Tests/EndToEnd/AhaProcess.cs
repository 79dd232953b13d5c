using System.Diagnostics;
using System.Text;

namespace Aha.Tests.EndToEnd;

/// <summary>The real <c>aha</c> executable as a child process.</summary>
internal sealed class AhaProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private AhaProcess(Process process) => _process = process;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>What starts aha: the words before its arguments.</summary>
    public static IReadOnlyList<string> Command { get; } = ["dotnet", Path.Combine(AppContext.BaseDirectory, "aha.dll")];

    public static AhaProcess Start(string workingFolder, params IEnumerable<string> arguments) => StartProgram(workingFolder, [.. Command, .. arguments]);

    /// <summary>Any program, for one that prepares the ground for aha.</summary>
    public static AhaProcess StartProgram(string workingFolder, IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(words[0]) { WorkingDirectory = workingFolder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in words.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        var aproc = new AhaProcess(new Process { StartInfo = start });
        aproc._process.OutputDataReceived += (_, e) => Append(aproc._output, e.Data);
        aproc._process.ErrorDataReceived += (_, e) => Append(aproc._errors, e.Data);
        aproc._process.Start();
        aproc._process.BeginOutputReadLine();
        aproc._process.BeginErrorReadLine();
        return aproc;
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public int Wait(TimeSpan limit)
    {
        if (!_process.WaitForExit(limit))
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"aha did not end within {limit}:\n{Errors}");
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Ends it without a chance to say good-bye.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt()
    {
        using Process kill = Process.Start("kill", ["-INT", _process.Id.ToString()]);
        kill.WaitForExit();
    }

    /// <summary>Waits until a condition holds while the process runs.</summary>
    public void Until(Func<bool> condition, TimeSpan limit) => Assert.True(HoldsBeforeTheEnd(condition, limit), $"aha ended early:\n{Errors}");

    /// <summary>Waits until a condition holds or the process has ended, and tells which.</summary>
    public bool HoldsBeforeTheEnd(Func<bool> condition, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < limit, $"waited {limit} in vain:\n{Errors}");
            if (_process.HasExited)
            {
                // Its last lines may be on their way yet.
                _process.WaitForExit();
                return condition();
            }

            Thread.Sleep(10);
        }

        return true;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }
    }
}
