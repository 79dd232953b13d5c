using Aha.Hub;

namespace Aha.Tests.Hub;

/// <summary>Pulls from a server that behaves like the hub, on its good and its bad days.</summary>
public sealed class RepositoryPullTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private FakeHub Hub(string? token = null, (int, string)? guard = null, bool dataset = false)
    {
        var hub = new FakeHub { Token = token, Guard = guard, IsDataset = dataset };
        hub.Files["config.json"] = ("{}"u8.ToArray(), false);
        hub.Files["empty.txt"] = ([], false);
        hub.Files["sub folder/data é.bin"] = (Bytes(1000), false);
        hub.Files["model.safetensors"] = (Bytes(300_000, 2), true);
        return hub;
    }

    private PullOptions Options(FakeHub hub) => new()
    {
        Repository = new HubRepository(hub.IsDataset ? RepositoryKind.Dataset : RepositoryKind.Model, hub.Repository), Endpoint = hub.Endpoint, Output = _folder.File("out"),
        FirstWait = TimeSpan.FromMilliseconds(1), Patience = TimeSpan.FromSeconds(20), Tries = 4,
    };

    private static Task<PullResult> Pull(PullOptions options) => RepositoryPull.RunAsync(options, TimeProvider.System, cancel: TestContext.Current.CancellationToken);

    private void RequireAll(FakeHub hub)
    {
        foreach ((string name, (byte[] content, bool _)) in hub.Files)
        {
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(_folder.File("out"), name)));
        }

        Assert.Empty(Directory.GetFiles(_folder.File("out"), "*.part", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryFileArrivesAndASecondPullFetchesNothing(bool dataset)
    {
        using FakeHub hub = Hub(dataset: dataset);
        PullResult result = await Pull(Options(hub));
        Assert.Equal((FakeHub.Commit, hub.Files.Values.Sum(f => f.Content.Length), 0), (result.Commit, result.Fetched, result.Unchecked.Count));
        RequireAll(hub);

        Assert.Equal(0, (await Pull(Options(hub))).Fetched);

        // One damaged byte of the same length is found and put right.
        File.WriteAllBytes(_folder.File("out/config.json"), "[]"u8.ToArray());
        Assert.Equal(2, (await Pull(Options(hub))).Fetched);
        RequireAll(hub);
    }

    [Fact]
    public async Task TheTokenGoesToTheHubAndNowhereElse()
    {
        using FakeHub hub = Hub(token: "secret", guard: (401, "GatedRepo"));
        await Pull(Options(hub) with { Token = "secret" });
        RequireAll(hub);
        Assert.All(hub.Requests, r => Assert.Equal(r.ToDelivery ? null : "Bearer secret", r.Authorization));
        Assert.Contains(hub.Requests, r => r.ToDelivery);
    }

    [Fact]
    public async Task ABrokenConnectionIsGoneOnFromWhereItBroke()
    {
        using FakeHub hub = Hub();
        hub.Misbehave("model.safetensors", new FakeHub.Fault { CutAfter = 100_000 }, new FakeHub.Fault { CutAfter = 50_000 }, new FakeHub.Fault { Status = 503 }, new FakeHub.Fault { Status = 429 });
        await Pull(Options(hub));
        RequireAll(hub);
        long[] starts = [.. hub.Requests.Where(r => r.ToDelivery && r.Range is not null).Select(r => long.Parse(r.Range!["bytes=".Length..^1]))];
        Assert.NotEmpty(starts);
        Assert.All(starts, s => Assert.InRange(s, 1, 299_999));
        Assert.Equal(starts.Order(), starts);
    }

    [Fact]
    public async Task AServerThatKnowsNoRangesIsAskedForTheWholeFile()
    {
        using FakeHub hub = Hub();
        hub.Misbehave("model.safetensors", new FakeHub.Fault { CutAfter = 100_000 }, new FakeHub.Fault { IgnoresRange = true });
        await Pull(Options(hub));
        RequireAll(hub);
    }

    [Fact]
    public async Task AStalledConnectionIsGivenUpAndTriedAgain()
    {
        using FakeHub hub = Hub();
        hub.Misbehave("model.safetensors", new FakeHub.Fault { StallAfter = 100_000 });
        await Pull(Options(hub) with { Patience = TimeSpan.FromSeconds(2) });
        RequireAll(hub);
    }

    [Theory]
    [InlineData("model.safetensors", "sha256")]
    [InlineData("config.json", "git sha1")]
    public async Task WrongBytesAreFoundThrownAwayAndFetchedOnceMore(string file, string hash)
    {
        using FakeHub hub = Hub();
        hub.Misbehave(file, new FakeHub.Fault { WrongBytes = true });
        await Pull(Options(hub));
        RequireAll(hub);

        File.Delete(Path.Combine(_folder.File("out"), file));
        hub.Misbehave(file, new FakeHub.Fault { WrongBytes = true }, new FakeHub.Fault { WrongBytes = true });
        HubTransferException e = await Assert.ThrowsAsync<HubTransferException>(() => Pull(Options(hub)));
        Assert.Contains(hash, e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.File("out"), file)));
    }

    [Fact]
    public async Task AStoppedPullGoesOnWithWhatItHas()
    {
        using FakeHub hub = Hub();
        hub.Files["model.safetensors"] = (Bytes(4_000_000, 3), true);
        hub.Misbehave("model.safetensors", new FakeHub.Fault { StallAfter = 2_000_000 });
        using var stop = new CancellationTokenSource();
        var progress = new Watch(p =>
        {
            if (p is { File: "model.safetensors", Fetched: > 1_500_000 })
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RepositoryPull.RunAsync(Options(hub), TimeProvider.System, progress, stop.Token));
        Assert.False(File.Exists(_folder.File("out/model.safetensors")));
        long left = new FileInfo(Assert.Single(Directory.GetFiles(_folder.File("out"), "model.safetensors.*.part"))).Length;
        Assert.True(left > 1_000_000);

        PullResult result = await Pull(Options(hub));
        // The small files may have been on their way when the pull was stopped.
        Assert.InRange(result.Fetched, 4_000_000 - left, hub.Files.Values.Sum(f => (long)f.Content.Length) - left);
        RequireAll(hub);
    }

    [Fact]
    public async Task OnlyWantedFilesAreAskedFor()
    {
        using FakeHub hub = Hub();
        PullResult result = await Pull(Options(hub) with { Files = new FilePatterns(["*.json", "sub*", "model*"], ["*.safetensors"]) });
        Assert.Equal(["config.json", "sub folder/data é.bin"], result.Files.Select(f => f.Name));
        Assert.DoesNotContain(hub.Requests, r => r.Path.Contains("model.safetensors", StringComparison.Ordinal));
        Assert.Contains("none of them", (await Assert.ThrowsAsync<HubException>(() => Pull(Options(hub) with { Files = new FilePatterns(["*.gguf"], []) }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARevisionIsPinnedToItsCommit()
    {
        using FakeHub hub = Hub();
        Assert.Equal(FakeHub.Commit, (await Pull(Options(hub) with { Revision = "refs/pr/1" })).Commit);
        Assert.All(hub.Requests.Where(r => r.Path.Contains("/resolve/", StringComparison.Ordinal)), r => Assert.Contains(FakeHub.Commit, r.Path, StringComparison.Ordinal));
        Assert.Contains("no revision 'v9'", (await Assert.ThrowsAsync<HubException>(() => Pull(Options(hub) with { Revision = "v9" }))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "GatedRepo", null, "accept the licence at http://127.0.0.1")]
    [InlineData(403, "GatedRepo", "other", "has no access yet")]
    [InlineData(401, "RepoNotFound", null, "there is no model owner/name")]
    [InlineData(404, "RepoNotFound", "other", "that the token may read")]
    [InlineData(401, "", "other", "does not accept the token")]
    [InlineData(403, "", null, "no access")]
    [InlineData(418, "", null, "418")]
    public async Task ARefusalIsOneLineThatSaysWhatToDo(int status, string code, string? token, string expected)
    {
        using FakeHub hub = Hub(token: "secret", guard: (status, code));
        HubException e = await Assert.ThrowsAsync<HubException>(() => Pull(Options(hub) with { Token = token }));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task ABusyServerIsAskedAgainAndThenGivenUp()
    {
        using FakeHub hub = Hub();
        hub.Misbehave("", new FakeHub.Fault { Status = 500 }, new FakeHub.Fault { Status = 429 });
        await Pull(Options(hub));
        RequireAll(hub);

        hub.Misbehave("", [.. Enumerable.Repeat(new FakeHub.Fault { Status = 502 }, 10)]);
        HubTransferException e = await Assert.ThrowsAsync<HubTransferException>(() => Pull(Options(hub)));
        Assert.Contains("failed 4 times", e.Message, StringComparison.Ordinal);
        Assert.Contains("502", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHubThatIsNotThereIsNamed()
    {
        using FakeHub hub = Hub();
        PullOptions options = Options(hub);
        hub.Dispose();
        HubTransferException e = await Assert.ThrowsAsync<HubTransferException>(() => Pull(options));
        Assert.Contains("127.0.0.1", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../evil.txt")]
    [InlineData("a/../../evil.txt")]
    [InlineData("/etc/evil.txt")]
    [InlineData("a//evil.txt")]
    [InlineData("a\\..\\evil.txt")]
    [InlineData("C:evil.txt")]
    [InlineData("./evil.txt")]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    public async Task NamesThatLeadOutOfTheFolderAreRefusedBeforeAByteIsWritten(string name)
    {
        using FakeHub hub = Hub();
        hub.Files[name] = ([1, 2, 3], false);
        HubException e = await Assert.ThrowsAsync<HubException>(() => Pull(Options(hub)));
        Assert.Contains("refused", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task TooLittleRoomIsSaidFirst()
    {
        using FakeHub hub = Hub();
        hub.ClaimedSizes["model.safetensors"] = long.MaxValue / 2;
        HubException e = await Assert.ThrowsAsync<HubException>(() => Pull(Options(hub)));
        Assert.Contains("are free", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(hub.Requests, r => r.ToDelivery);
    }

    public void Dispose() => _folder.Dispose();

    private sealed class Watch(Action<PullProgress> see) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => see(value);
    }
}
