using Aha.Runs;
using Aha.Tests.Reporting;
using Microsoft.Data.Sqlite;

namespace Aha.Tests.Runs;

/// <summary>A run folder that is not what it should be gets one line that says what is wrong with it.</summary>
public class DamagedRunTests
{
    [Theory]
    [InlineData("", "not of a run")]
    [InlineData("this is no database, however long it may be, and however often it is asked to be one: it is and remains a text", "not a database")]
    public void AFileThatIsNoRunIsNamedAndKept(string content, string reason)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("run.db"), content);
        RequireRefusal(() => RunReader.Load(folder.Path), "run.db", reason);
        if (content.Length > 0)
        {
            RequireRefusal(() => RunFolder.Open(folder.Path).Dispose(), "run.db", reason);
            Assert.Equal(content, File.ReadAllText(folder.File("run.db")));
        }
    }

    [Fact]
    public void AFolderWithoutARunSaysSo()
    {
        using var folder = new TemporaryFolder();
        RequireRefusal(() => RunReader.Load(folder.Path), folder.Path, "run.db");
        RunFolder.Open(folder.Path).Dispose();
        RequireRefusal(() => RunReader.Load(folder.Path), folder.Path, "never begun");
        RequireRefusal(() => RunFolder.Open(folder.File("run.db")), "run.db", "cannot");
    }

    [Fact]
    public void ANewerVersionAndAnotherProgramsDatabaseAreRefusedAndLeftAlone()
    {
        using var folder = new TemporaryFolder();
        SyntheticRun.Write(SyntheticRun.Create(steps: 3), folder.Path);
        Execute(folder.File("run.db"), "PRAGMA user_version = 7");
        byte[] bytes = File.ReadAllBytes(folder.File("run.db"));
        RequireRefusal(() => RunReader.Load(folder.Path), "newer aha", "schema 7");
        RequireRefusal(() => RunFolder.Open(folder.Path).Dispose(), "newer aha", "schema 7");
        Assert.Equal(bytes, File.ReadAllBytes(folder.File("run.db")));

        Execute(folder.File("run.db"), "PRAGMA application_id = 1");
        RequireRefusal(() => RunReader.Load(folder.Path), "not of a run", "run.db");
        RequireRefusal(() => RunFolder.Open(folder.Path).Dispose(), "not of a run", "run.db");
    }

    [Fact]
    public void ADamagedDatabaseIsReadOrNamedAndNeverAnythingElse()
    {
        using var whole = new TemporaryFolder();
        SyntheticRun.Write(SyntheticRun.Create(steps: 20), whole.Path);
        byte[] bytes = File.ReadAllBytes(whole.File("run.db"));
        int refused = 0;
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[1, 400], Gen.Byte, Gen.Bool).Sample(
            (at, length, value, cut) =>
            {
                using var folder = new TemporaryFolder();
                byte[] damaged = cut ? bytes[..at] : [.. bytes];
                if (!cut)
                {
                    damaged.AsSpan(at, Math.Min(length, damaged.Length - at)).Fill(value);
                }

                File.WriteAllBytes(folder.File("run.db"), damaged);
                foreach (Action use in (Action[])[() => RunReader.Load(folder.Path), () => Assert.All(RunReader.AllSamples(folder.Path), Assert.NotNull), () => RunFolder.Open(folder.Path).Dispose()])
                {
                    try
                    {
                        use();
                    }
                    catch (RunFolderException e)
                    {
                        Assert.DoesNotContain('\n', e.Message);
                        Interlocked.Increment(ref refused);
                    }
                }
            },
            iter: 150);
        Assert.True(refused > 20, $"only {refused} refusals: the damage was not noticed");
    }

    private static void RequireRefusal(Action use, params string[] words)
    {
        string message = Assert.Throws<RunFolderException>(use).Message;
        Assert.DoesNotContain('\n', message);
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
