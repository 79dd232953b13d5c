using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;

namespace Aha.Runs.Store;

/// <summary>The row that a query stands at, and what its columns mean.</summary>
internal sealed class RunRow(SqliteDataReader reader)
{
    public string Text(int column) => reader.GetString(column);

    public string? TextOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public long Whole(int column) => reader.GetInt64(column);

    public int Count(int column) => checked((int)reader.GetInt64(column));

    public int? CountOrNull(int column) => reader.IsDBNull(column) ? null : Count(column);

    /// <summary>SQLite has no NaN: it stores NULL.</summary>
    public double Number(int column) => reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column);

    public DateTimeOffset Time(int column) => DateTimeOffset.Parse(reader.GetString(column), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    public T Json<T>(int column, JsonTypeInfo<T> type) where T : class =>
        JsonSerializer.Deserialize(reader.GetString(column), type) ?? throw new JsonException($"null where {type.Type.Name} belongs");
}
