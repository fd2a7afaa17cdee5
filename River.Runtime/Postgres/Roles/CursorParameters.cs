using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Places in queues as three parallel arrays; nulls where a queue is looked at from its head.</summary>
internal static class CursorParameters
{
    public static NpgsqlBatchCommand WithCursors<T>(this NpgsqlBatchCommand command, IReadOnlyList<T> queues, Func<T, QueueCursor?> cursorOf)
    {
        var cursors = queues.Select(cursorOf).ToArray();
        return command
            .With(NpgsqlDbType.Array | NpgsqlDbType.Smallint, Array.ConvertAll(cursors, cursor => (short?)cursor?.Priority))
            .With(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, Array.ConvertAll(cursors, cursor => cursor?.ScheduledAt.UtcDateTime))
            .With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, Array.ConvertAll(cursors, cursor => cursor?.Id));
    }
}
