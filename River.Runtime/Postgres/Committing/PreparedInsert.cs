using Npgsql;
using NpgsqlTypes;
using River.Postgres.Roles;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Committing;

/// <summary>The statements of one connection that insert, with parameters and columns that are used again and again.</summary>
internal sealed class PreparedInsert
{
    private readonly NpgsqlCommand _one;
    private readonly NpgsqlCommand _many;
    private readonly NpgsqlCommand _unique;

    private readonly NpgsqlParameter _oneClock = Of(NpgsqlDbType.TimestampTz);
    private readonly NpgsqlParameter<string> _state = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter<short> _maxAttempts = new() { NpgsqlDbType = NpgsqlDbType.Smallint };
    private readonly NpgsqlParameter _scheduledAt = Of(NpgsqlDbType.TimestampTz);
    private readonly NpgsqlParameter<long> _delay = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private readonly NpgsqlParameter<short> _priority = new() { NpgsqlDbType = NpgsqlDbType.Smallint };
    private readonly NpgsqlParameter<byte[]> _args = new() { NpgsqlDbType = NpgsqlDbType.Jsonb };
    private readonly NpgsqlParameter<string> _kind = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter _metadata = Of(NpgsqlDbType.Jsonb);
    private readonly NpgsqlParameter<string> _queue = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly NpgsqlParameter _tags = Of(NpgsqlDbType.Array | NpgsqlDbType.Text);

    private readonly InsertColumns _columns = new();
    private bool _isOnePrepared;
    private bool _isManyPrepared;
    private bool _isUniquePrepared;

    public PreparedInsert(NpgsqlConnection connection, JobSql sql, TimeSpan statementTimeout)
    {
        Connection = connection;
        // A moment more than the session's own limit: what the server gives up, it says so, and has written nothing.
        var timeout = (int)Math.Ceiling(statementTimeout.TotalSeconds) + 1;
        _one = new NpgsqlCommand(sql.InsertOne, connection)
        {
            CommandTimeout = timeout,
            Parameters = { _oneClock, _state, _maxAttempts, _scheduledAt, _delay, _priority, _args, _kind, _metadata, _queue, _tags },
        };
        _many = new NpgsqlCommand(sql.Insert, connection) { CommandTimeout = timeout };
        _unique = new NpgsqlCommand(sql.InsertUnique, connection) { CommandTimeout = timeout };
        foreach (var command in new[] { _many, _unique })
        {
            command.Parameters.Add(Of(NpgsqlDbType.TimestampTz));
            foreach (var type in InsertColumns.Types)
                command.Parameters.Add(Of(type));
        }

        foreach (var type in InsertParameters.AnnouncementTypes)
            _many.Parameters.Add(Of(type));
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Inserts a row without a unique key. Returns when the answer was read to its end, and with it the commit.</summary>
    public async Task InsertOneAsync(JobInsert row, DateTimeOffset? clock, Func<NpgsqlDataReader, Task> read)
    {
        _oneClock.Value = Nullable(clock?.ToUniversalTime());
        _state.TypedValue = JobRowReader.NameOf(row.State);
        _maxAttempts.TypedValue = (short)row.MaxAttempts;
        _scheduledAt.Value = Nullable(row.ScheduledAt?.ToUniversalTime());
        _delay.TypedValue = InsertParameters.Microseconds(row.Delay);
        _priority.TypedValue = (short)row.Priority;
        _args.TypedValue = row.Args;
        _kind.TypedValue = row.Kind;
        _metadata.Value = Nullable(row.Metadata);
        _queue.TypedValue = row.Queue;
        _tags.Value = Nullable(row.Tags.Count == 0 ? null : row.Tags.ToArray());
        if (!_isOnePrepared)
            await _one.PrepareAsync().ConfigureAwait(false);
        _isOnePrepared = true;
        await ExecuteAsync(_one, read, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Inserts rows without unique keys, and returns their numbers and the time.</summary>
    public async Task<(long[] Ids, DateTimeOffset Now)> InsertManyAsync(IReadOnlyList<JobInsert> rows, DateTimeOffset? clock, CancellationToken cancellationToken)
    {
        try
        {
            Fill(_many, rows, clock);
            var announced = InsertParameters.Announced(rows);
            for (var i = 0; i < announced.Length; i++)
                _many.Parameters[1 + InsertColumns.Types.Count + i].Value = Nullable(announced[i]);
            if (!_isManyPrepared)
                await _many.PrepareAsync(cancellationToken).ConfigureAwait(false);
            _isManyPrepared = true;
            (long[], DateTimeOffset) answer = default;
            await ExecuteAsync(_many, async reader => answer = await InsertedRows.ReadNumbersAsync(reader, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return answer;
        }
        finally
        {
            // Not kept until the next enqueue, which may be long to come.
            _columns.Clear();
        }
    }

    /// <summary>Inserts rows of which some have unique keys. Returns when the answer was read to its end, and with it the commit.</summary>
    public async Task InsertUniqueAsync(IReadOnlyList<JobInsert> rows, DateTimeOffset? clock, Func<NpgsqlDataReader, Task> read)
    {
        try
        {
            Fill(_unique, rows, clock);
            if (!_isUniquePrepared)
                await _unique.PrepareAsync().ConfigureAwait(false);
            _isUniquePrepared = true;
            await ExecuteAsync(_unique, read, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _columns.Clear();
        }
    }

    private static async Task ExecuteAsync(NpgsqlCommand command, Func<NpgsqlDataReader, Task> read, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await read(reader).ConfigureAwait(false);
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            continue;
    }

    private void Fill(NpgsqlCommand command, IReadOnlyList<JobInsert> rows, DateTimeOffset? clock)
    {
        _columns.Fill(rows);
        command.Parameters[0].Value = Nullable(clock?.ToUniversalTime());
        for (var i = 0; i < InsertColumns.Types.Count; i++)
            command.Parameters[i + 1].Value = Nullable(_columns[i]);
    }

    private static object Nullable(object? value) => value ?? DBNull.Value;

    private static NpgsqlParameter Of(NpgsqlDbType type) => new() { NpgsqlDbType = type };
}
