using System.Runtime.CompilerServices;
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
    private readonly NpgsqlCommand _alike;
    private readonly NpgsqlCommand _many;
    private readonly NpgsqlCommand _unique;

    private readonly NpgsqlParameter<byte[]> _args = new() { NpgsqlDbType = NpgsqlDbType.Jsonb };
    private readonly NpgsqlParameter<List<byte[]>> _allArgs = new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb, TypedValue = [] };
    private readonly RowParameters _oneRow;
    private readonly RowParameters _alikeRows;
    private readonly InsertColumns _columns = new();
    private bool _isOnePrepared;
    private bool _isAlikePrepared;
    private bool _isManyPrepared;
    private bool _isUniquePrepared;

    public PreparedInsert(NpgsqlConnection connection, JobSql sql, TimeSpan statementTimeout)
    {
        Connection = connection;
        // A moment more than the session's own limit: what the server gives up, it says so, and has written nothing.
        var timeout = (int)Math.Ceiling(statementTimeout.TotalSeconds) + 1;
        _one = new NpgsqlCommand(sql.InsertOne, connection) { CommandTimeout = timeout };
        _oneRow = new RowParameters(_one.Parameters, _args);
        _alike = new NpgsqlCommand(sql.InsertAlike, connection) { CommandTimeout = timeout };
        _alikeRows = new RowParameters(_alike.Parameters, _allArgs);
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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask InsertOneAsync(JobInsert row, DateTimeOffset? clock, Func<NpgsqlDataReader, Task> read)
    {
        _oneRow.Set(row, clock);
        _args.TypedValue = row.Args;
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
            var command = InsertParameters.AreAlike(rows)
                ? await FillAlikeAsync(rows, clock, cancellationToken).ConfigureAwait(false)
                : await FillManyAsync(rows, clock, cancellationToken).ConfigureAwait(false);
            (long[], DateTimeOffset) answer = default;
            await ExecuteAsync(command, async reader => answer = await InsertedRows.ReadNumbersAsync(reader, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return answer;
        }
        finally
        {
            // Not kept until the next enqueue, which may be long to come.
            _columns.Clear();
            ClearArgs();
        }
    }

    /// <summary>Inserts rows of which some have unique keys. Returns when the answer was read to its end, and with it the commit.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask InsertUniqueAsync(IReadOnlyList<JobInsert> rows, DateTimeOffset? clock, Func<NpgsqlDataReader, Task> read)
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

    private async ValueTask<NpgsqlCommand> FillAlikeAsync(IReadOnlyList<JobInsert> rows, DateTimeOffset? clock, CancellationToken cancellationToken)
    {
        _alikeRows.Set(rows[0], clock);
        var args = _allArgs.TypedValue!;
        args.EnsureCapacity(rows.Count);
        for (var i = 0; i < rows.Count; i++)
            args.Add(rows[i].Args);
        if (!_isAlikePrepared)
            await _alike.PrepareAsync(cancellationToken).ConfigureAwait(false);
        _isAlikePrepared = true;
        return _alike;
    }

    private async ValueTask<NpgsqlCommand> FillManyAsync(IReadOnlyList<JobInsert> rows, DateTimeOffset? clock, CancellationToken cancellationToken)
    {
        Fill(_many, rows, clock);
        var announced = InsertParameters.Announced(rows);
        for (var i = 0; i < announced.Length; i++)
            _many.Parameters[1 + InsertColumns.Types.Count + i].Value = Nullable(announced[i]);
        if (!_isManyPrepared)
            await _many.PrepareAsync(cancellationToken).ConfigureAwait(false);
        _isManyPrepared = true;
        return _many;
    }

    private void ClearArgs()
    {
        var args = _allArgs.TypedValue!;
        args.Clear();
        if (args.Capacity > InsertColumns.MostKept)
            args.Capacity = 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask ExecuteAsync(NpgsqlCommand command, Func<NpgsqlDataReader, Task> read, CancellationToken cancellationToken)
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
