using Npgsql;
using NpgsqlTypes;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>The parameters of a statement that inserts one row, or rows that differ in nothing but their arguments.</summary>
internal sealed class RowParameters
{
    private readonly NpgsqlParameter _clock = new() { NpgsqlDbType = NpgsqlDbType.TimestampTz };
    private readonly NpgsqlParameter<string> _state = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<short> _maxAttempts = new() { NpgsqlDbType = NpgsqlDbType.Smallint };
    private readonly NpgsqlParameter _scheduledAt = new() { NpgsqlDbType = NpgsqlDbType.TimestampTz };
    private readonly NpgsqlParameter<long> _delay = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<short> _priority = new() { NpgsqlDbType = NpgsqlDbType.Smallint };
    private readonly NpgsqlParameter<string> _kind = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter _metadata = new() { NpgsqlDbType = NpgsqlDbType.Jsonb };
    private readonly NpgsqlParameter<string> _queue = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter _tags = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    /// <param name="command">The parameters of the statement, where these are added.</param>
    /// <param name="args">The one for the arguments, whose value is set by itself.</param>
    public RowParameters(NpgsqlParameterCollection command, NpgsqlParameter args)
    {
        foreach (var parameter in new[] { _clock, _state, _maxAttempts, _scheduledAt, _delay, _priority, args, _kind, _metadata, _queue, _tags })
            command.Add(parameter);
    }

    /// <summary>Sets all but the arguments.</summary>
    public void Set(JobInsert row, DateTimeOffset? clock)
    {
        _clock.Value = OrNull(clock?.ToUniversalTime());
        _state.TypedValue = JobRowReader.NameOf(row.State);
        _maxAttempts.TypedValue = (short)row.MaxAttempts;
        _scheduledAt.Value = OrNull(row.ScheduledAt?.ToUniversalTime());
        _delay.TypedValue = InsertParameters.Microseconds(row.Delay);
        _priority.TypedValue = (short)row.Priority;
        _kind.TypedValue = row.Kind;
        _metadata.Value = OrNull(row.Metadata);
        _queue.TypedValue = row.Queue;
        _tags.Value = OrNull(row.Tags.Count == 0 ? null : row.Tags.ToArray());
    }

    private static object OrNull(object? value) => value ?? DBNull.Value;
}
