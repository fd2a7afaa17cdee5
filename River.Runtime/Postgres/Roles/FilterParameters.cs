using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Passes a filter as <see cref="Sql.FilterSql"/> takes it.</summary>
internal static class FilterParameters
{
    public static NpgsqlBatchCommand WithFilter(this NpgsqlBatchCommand command, JobFilter filter, JobOrdering order) => command
        .With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, filter.Ids?.ToArray())
        .With(NpgsqlDbType.Array | NpgsqlDbType.Text, filter.Kinds?.ToArray())
        .With(NpgsqlDbType.Array | NpgsqlDbType.Text, filter.Queues?.ToArray())
        .With(NpgsqlDbType.Array | NpgsqlDbType.Smallint, filter.Priorities?.Select(Small).ToArray())
        .With(NpgsqlDbType.Array | NpgsqlDbType.Text, filter.TagsAny?.ToArray())
        .With(NpgsqlDbType.Array | NpgsqlDbType.Text, filter.TagsAll?.ToArray())
        .With(NpgsqlDbType.Jsonb, FilterMetadata.Write(filter))
        .With(NpgsqlDbType.Bigint, filter.AfterId)
        .With(NpgsqlDbType.Array | NpgsqlDbType.Text, StateNames(order.States))
        .With(NpgsqlDbType.TimestampTz, order.After?.At)
        .With(NpgsqlDbType.Bigint, order.After?.Id)
        .With(NpgsqlDbType.Integer, filter.Limit);

    private static string[]? StateNames(JobStates states) => states == JobStates.None
        ? null
        : [.. Enum.GetValues<JobState>().Where(state => states.HasFlag((JobStates)(1 << (int)state))).Select(JobRowReader.NameOf)];

    /// <summary>No row has a priority that doesn't fit.</summary>
    private static short Small(int priority) => (short)Math.Clamp(priority, short.MinValue, short.MaxValue);
}
