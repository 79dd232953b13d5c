using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Aha.Runs.Store;

/// <summary>
/// The SQLite file of a run. While a run writes, the file has a write-ahead log, so that readers neither wait nor block; closed in good
/// order it is one plain file that can be read from anywhere. Every failure is a <see cref="RunFolderException"/> that names the file.
/// </summary>
internal sealed class RunDatabase : IDisposable
{
    public const string FileName = "run.db";

    // SQLite's result codes, https://sqlite.org/rescode.html.
    private const int ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly string? _copy;
    private readonly bool _writes;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];
    private SqliteTransaction? _transaction;

    private RunDatabase(SqliteConnection connection, string path, bool writes, string? copy = null) => (_connection, _path, _writes, _copy) = (connection, path, writes, copy);

    /// <summary>Opens the database of a run folder for its one writer, making it where there is none.</summary>
    /// <exception cref="RunFolderException">It cannot be written, is damaged, is of a newer version, or belongs to another program.</exception>
    public static RunDatabase OpenForWriting(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return Open(path, SqliteOpenMode.ReadWriteCreate, null, database =>
        {
            bool fresh = database.Single("SELECT count(*) FROM sqlite_schema") is 0L;
            if (!fresh)
            {
                database.RequireVersion();
            }

            // NORMAL: what is committed survives the death of the process; to survive that of the machine, FULL would wait for the disk every step.
            database.Batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
            if (fresh)
            {
                database.Transaction(() => database.Batch(RunSchema.Create));
            }
            if (database.Single("PRAGMA quick_check(1)") is string found and not "ok")
            {
                throw database.Damaged(found);
            }
        });
    }

    /// <summary>Opens the database of a run folder for reading, also while a run writes to it and where nothing may be written.</summary>
    /// <exception cref="RunFolderException">There is no run, or its database is damaged, of a newer version, or belongs to another program.</exception>
    public static RunDatabase OpenForReading(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new RunFolderException($"no run in {folder}: it holds no {FileName}; name a folder that `aha run` wrote");
        }

        try
        {
            return Open(path, SqliteOpenMode.ReadOnly, null, database => database.RequireVersion());
        }
        catch (RunFolderException e) when (e.InnerException is SqliteException { SqliteErrorCode: ReadOnly or CannotOpen })
        {
            // A killed run left a log that has to be merged, in a folder where that cannot be done.
            return OpenCopy(path);
        }
    }

    /// <summary>Runs <paramref name="work"/> so that all it writes is stored, or nothing.</summary>
    public void Transaction(Action work)
    {
        using SqliteTransaction transaction = Guarded(() => _connection.BeginTransaction(deferred: !_writes));
        _transaction = transaction;
        try
        {
            work();
            Guarded(() => { transaction.Commit(); return 0; });
        }
        finally
        {
            _transaction = null;
        }
    }

    /// <summary>Down to the disk itself, so that a power cut cannot take it.</summary>
    public void Flush() => Single("PRAGMA wal_checkpoint(PASSIVE)");

    /// <summary>Runs one statement; <paramref name="values"/> stand for $1, $2, ... (null is NULL). Statements are prepared once.</summary>
    public void Execute(string sql, params ReadOnlySpan<object?> values)
    {
        SqliteCommand command = Prepared(sql, values);
        Guarded(command.ExecuteNonQuery);
    }

    /// <summary>The first column of the first row; null where there is no row.</summary>
    public object? Single(string sql, params ReadOnlySpan<object?> values)
    {
        SqliteCommand command = Prepared(sql, values);
        return Guarded(command.ExecuteScalar);
    }

    /// <summary>The rows of a query, read as they are asked for.</summary>
    public IEnumerable<T> Query<T>(string sql, Func<RunRow, T> read, params object?[] values)
    {
        SqliteCommand command = Prepared(sql, values);
        using SqliteDataReader reader = Guarded(command.ExecuteReader);
        var row = new RunRow(reader);
        while (Guarded(reader.Read))
        {
            yield return Read(row, read);
        }
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in _prepared.Values)
        {
            command.Dispose();
        }

        if (_writes)
        {
            Settle();
        }

        _connection.Dispose();
        if (_copy is not null)
        {
            Directory.Delete(_copy, recursive: true);
        }
    }

    private static RunDatabase Open(string path, SqliteOpenMode mode, string? copy, Action<RunDatabase> prepare)
    {
        // Without a pool, a closed connection leaves no file open.
        string source = new SqliteConnectionStringBuilder { DataSource = copy is null ? path : Path.Combine(copy, FileName), Mode = mode, Pooling = false }.ToString();
        var database = new RunDatabase(new SqliteConnection(source), path, mode == SqliteOpenMode.ReadWriteCreate && copy is null, copy);
        try
        {
            database.Guarded(() => { database._connection.Open(); return 0; });
            prepare(database);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static RunDatabase OpenCopy(string path)
    {
        try
        {
            string copy = Directory.CreateTempSubdirectory("aha-run-").FullName;
            foreach (string suffix in (string[])["", "-wal"])
            {
                if (File.Exists(path + suffix))
                {
                    File.Copy(path + suffix, Path.Combine(copy, FileName + suffix));
                    File.SetAttributes(Path.Combine(copy, FileName + suffix), FileAttributes.Normal);
                }
            }

            return Open(path, SqliteOpenMode.ReadWrite, copy, database => database.RequireVersion());
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not RunFolderException)
        {
            throw new RunFolderException($"cannot read {path}: {e.Message}", e);
        }
    }

    // Back from the log into one plain file. A reader that looks on right now prevents it, and nothing is lost by that.
    private void Settle()
    {
        try
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = DELETE";
            command.CommandTimeout = 1;
            command.ExecuteNonQuery();
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException)
        {
        }
    }

    private void RequireVersion()
    {
        if (Single("PRAGMA application_id") is not (long)RunSchema.ApplicationId)
        {
            throw new RunFolderException($"{_path} is a database, but not of a run; name a folder that `aha run` wrote");
        }

        long version = (long)Single("PRAGMA user_version")!;
        if (version != RunSchema.Version)
        {
            throw new RunFolderException($"{_path} was written by {(version > RunSchema.Version ? "a newer" : "another")} aha (schema {version}, this one knows {RunSchema.Version}); use that aha to read it");
        }
    }

    private void Batch(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        Guarded(command.ExecuteNonQuery);
    }

    private SqliteCommand Prepared(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            }

            _prepared[sql] = command;
        }

        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        command.Transaction = _transaction;
        return command;
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw Explain(e);
        }
    }

    private T Read<T>(RunRow row, Func<RunRow, T> read)
    {
        try
        {
            return Guarded(() => read(row));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidCastException or FormatException or OverflowException)
        {
            throw Damaged(e.Message, e);
        }
    }

    private RunFolderException Explain(SqliteException e) => e.SqliteErrorCode switch
    {
        Corrupt or NotADatabase => Damaged(Reason(e), e),
        Full => new RunFolderException($"cannot write {_path}: the disk is full; nothing that was written is lost: make room and run the same command again", e),
        IoError when _writes => new RunFolderException($"cannot write {_path}: {Reason(e)} (is the disk full, or the file too large?); nothing that was written is lost: run the same command again when it can be", e),
        ReadOnly or CannotOpen when _writes => new RunFolderException($"cannot write {_path}: {Reason(e)}; give yourself the right to write there, or name another folder with --output", e),
        _ => new RunFolderException($"cannot {(_writes ? "write" : "read")} {_path}: {Reason(e)}", e),
    };

    private RunFolderException Damaged(string reason, Exception? inner = null) => new(
        $"{_path} is damaged ({reason.ReplaceLineEndings(" ")}); restore it from a copy, or move it away: models and checkpoints under stages/ are untouched, and the run goes on from them", inner);

    // "SQLite Error 26: 'file is not a database'." says the same in more words.
    private static string Reason(SqliteException e)
    {
        string[] parts = e.Message.ReplaceLineEndings(" ").Split('\'');
        return parts.Length > 2 ? string.Join('\'', parts[1..^1]) : e.Message.ReplaceLineEndings(" ");
    }
}
