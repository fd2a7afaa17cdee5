using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Passes settlements column by column; a column that holds nothing but defaults is left out.</summary>
internal static class SettleParameters
{
    /// <summary>The attempts of the settlements at these places.</summary>
    public static NpgsqlBatchCommand WithTokens(this NpgsqlBatchCommand command, int[] places, IReadOnlyList<Settlement> settlements) => command
        .With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(places, i => settlements[i].Token.JobId))
        .With(NpgsqlDbType.Array | NpgsqlDbType.Smallint, Array.ConvertAll(places, i => (short)settlements[i].Token.Attempt))
        .With(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, Array.ConvertAll(places, i => settlements[i].Token.AttemptedAt.ToUniversalTime()));

    /// <summary>What becomes of them.</summary>
    public static NpgsqlBatchCommand WithSettlements(this NpgsqlBatchCommand command, Settlement[] settlements) => command
        .With(NpgsqlDbType.Array | NpgsqlDbType.Text, Column(settlements, s => s.State != JobState.Completed, s => JobRowReader.NameOf(s.State)))
        .With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, Column(settlements, s => s.Delay != TimeSpan.Zero, s => InsertParameters.Microseconds(s.Delay)))
        .With(NpgsqlDbType.Array | NpgsqlDbType.Boolean, Column(settlements, s => s.RestoreAttempt, s => s.RestoreAttempt))
        .With(NpgsqlDbType.Array | NpgsqlDbType.Jsonb, Column(settlements, s => s.Error is not null, s => s.Error is { } error ? Encode(error) : null))
        .With(NpgsqlDbType.Array | NpgsqlDbType.Jsonb, Column(settlements, s => s.Metadata is not null, s => s.Metadata));

    public static void WithFollowUps(this NpgsqlBatchCommand command, Settlement[] settlements)
    {
        var parents = new List<long>();
        var jobs = new List<JobInsert>();
        for (var i = 0; i < settlements.Length; i++)
        {
            foreach (var job in settlements[i].FollowUps)
            {
                parents.Add(i + 1);
                jobs.Add(job);
            }
        }

        command.With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, parents.ToArray()).WithRows(jobs);
    }

    private static T[]? Column<T>(Settlement[] settlements, Predicate<Settlement> isGiven, Converter<Settlement, T> value) =>
        Array.Exists(settlements, isGiven) ? Array.ConvertAll(settlements, value) : null;

    private static byte[] Encode(AttemptError error)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("at", error.At.UtcDateTime);
            writer.WriteNumber("attempt", error.Attempt);
            writer.WriteString("error", Storable(error.Error));
            writer.WriteString("trace", Storable(error.Trace));
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>jsonb can't hold U+0000, and a failure must always be recorded.</summary>
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');
}
