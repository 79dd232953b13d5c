namespace Aha.Runs.Store;

/// <summary>
/// The tables of <c>run.db</c>, described for readers in docs/run-store.md. Maps of numbers are JSON objects: they keep every bit of a double
/// and their order, and SQLite's JSON functions reach into them; the views lay them out a number a row.
/// </summary>
internal static class RunSchema
{
    /// <summary>Kept in <c>user_version</c>; raise it with every change that an older Aha could not read.</summary>
    public const int Version = 2;

    /// <summary>Kept in <c>application_id</c>, "AhaR": another program's database is not taken for a run.</summary>
    public const int ApplicationId = 0x41686152;

    public static string Create { get; } = $"""
        PRAGMA application_id = {ApplicationId};
        PRAGMA user_version = {Version};

        CREATE TABLE run (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            name TEXT NOT NULL,
            seed INTEGER NOT NULL,
            started TEXT NOT NULL,
            command TEXT NOT NULL,
            versions TEXT NOT NULL,
            machine TEXT NOT NULL,
            recipe TEXT NOT NULL,
            overrides TEXT NOT NULL,
            published TEXT NOT NULL,
            reflective_words TEXT NOT NULL
        ) STRICT;

        CREATE TABLE stages (
            name TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            position INTEGER,
            steps INTEGER NOT NULL,
            origin TEXT,
            seconds REAL,
            metrics TEXT
        ) STRICT;

        CREATE TABLE metrics (
            id INTEGER PRIMARY KEY,
            stage TEXT NOT NULL,
            kind TEXT NOT NULL,
            step INTEGER NOT NULL,
            seconds REAL,
            "values" TEXT NOT NULL
        ) STRICT;

        CREATE TABLE evaluations (
            id INTEGER PRIMARY KEY,
            stage TEXT NOT NULL,
            step INTEGER NOT NULL,
            seconds REAL,
            benchmark TEXT NOT NULL,
            problems INTEGER NOT NULL,
            samples INTEGER NOT NULL,
            metrics TEXT NOT NULL,
            reflective_words TEXT NOT NULL
        ) STRICT;

        CREATE TABLE prompts (
            id INTEGER PRIMARY KEY,
            problem TEXT NOT NULL,
            text TEXT NOT NULL,
            UNIQUE (problem, text)
        ) STRICT;

        CREATE TABLE samples (
            id INTEGER PRIMARY KEY,
            evaluation INTEGER REFERENCES evaluations (id),
            stage TEXT NOT NULL,
            step INTEGER NOT NULL,
            kind TEXT NOT NULL,
            prompt INTEGER NOT NULL REFERENCES prompts (id),
            sample INTEGER,
            response TEXT NOT NULL,
            verdict TEXT NOT NULL,
            reason TEXT,
            reward REAL,
            rewards TEXT NOT NULL,
            tokens INTEGER NOT NULL,
            finish_reason TEXT NOT NULL
        ) STRICT;

        -- The few samples kept of training steps must be found without reading past the many of evaluations.
        CREATE INDEX samples_kept ON samples (id) WHERE evaluation IS NULL;
        CREATE INDEX samples_evaluated ON samples (evaluation) WHERE evaluation IS NOT NULL;

        CREATE TABLE checkpoints (
            id INTEGER PRIMARY KEY,
            stage TEXT NOT NULL,
            step INTEGER NOT NULL,
            path TEXT NOT NULL,
            saved TEXT NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT;

        CREATE VIEW metric_values AS
            SELECT m.stage, m.step, v.key AS name, v.value AS value FROM metrics m, json_each(m."values") v;

        CREATE VIEW evaluation_values AS
            SELECT e.stage, e.step, e.benchmark, v.key AS name, v.value AS value FROM evaluations e, json_each(e.metrics) v;
        """;
}
