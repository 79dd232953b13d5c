using System.Text.Json;
using Aha.Tests.Hub;

namespace Aha.Tests.EndToEnd;

/// <summary><c>aha pull</c> through the real command line.</summary>
public class PullCommandTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Fact]
    public void APullStoppedByCtrlCGoesOnAndPrintsItsFolder()
    {
        using var folder = new TemporaryFolder();
        using var hub = new FakeHub();
        byte[] weights = new byte[3_000_000];
        new Random(1).NextBytes(weights);
        hub.Files["model.safetensors"] = (weights, true);
        hub.Misbehave("model.safetensors", new FakeHub.Fault { StallAfter = 1_000_000 });
        string[] command = ["pull", "owner/name", "--endpoint", hub.Endpoint.AbsoluteUri, "--output", "model"];
        using (AhaProcess stopped = AhaProcess.Start(folder.Path, command))
        {
            stopped.Until(() => Directory.Exists(folder.File("model")) && Directory.GetFiles(folder.File("model"), "*.part").Any(p => new FileInfo(p).Length >= 1_000_000), s_limit);
            stopped.Interrupt();
            Assert.Equal(130, stopped.Wait(s_limit));
        }

        using AhaProcess resumed = AhaProcess.Start(folder.Path, [.. command, "--json"]);
        Assert.True(resumed.Wait(s_limit) == 0, resumed.Errors);
        JsonElement result = JsonDocument.Parse(resumed.Output).RootElement;
        Assert.Equal(2_000_000, result.GetProperty("fetched").GetInt64());
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(result.GetProperty("folder").GetString()!, "model.safetensors")));
    }

    [Fact]
    public void AGatedRepositorySaysWhereItsLicenceIs()
    {
        using var hub = new FakeHub { Guard = (403, "GatedRepo") };
        using AhaProcess aha = AhaProcess.Start(Path.GetTempPath(), "pull", "owner/name", "--endpoint", hub.Endpoint.AbsoluteUri);
        Assert.Equal(2, aha.Wait(s_limit));
        Assert.Contains($"accept the licence at {hub.Endpoint}owner/name", aha.Errors, StringComparison.Ordinal);
    }
}
