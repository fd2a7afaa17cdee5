using System.Data.Common;
using Npgsql;
using River.Postgres.Sql;

namespace River.Postgres.Connections;

/// <summary>The way to the server: its data source, its schema, and what every statement goes through.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly string? _schema;
    private Statements? _statements;

    public PostgresDatabase(NpgsqlDataSource source, bool ownsSource, RiverOptions options, Func<DateTimeOffset?> clock, TimeProvider? time = null)
    {
        OwnsSource = ownsSource;
        // With several hosts only the primary will do.
        _source = source is NpgsqlMultiHostDataSource hosts ? hosts.WithTargetSession(TargetSessionAttributes.Primary) : source;
        Target = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        _schema = options.Schema;
        StatementTimeout = options.StatementTimeout;
        IsPooled = options.PollOnly;
        Clock = clock;
        Time = time ?? TimeProvider.System;
    }

    public TimeSpan StatementTimeout { get; }

    /// <summary>How connections are made.</summary>
    public NpgsqlConnectionStringBuilder Target { get; }

    /// <summary>Whether the data source was made for this client alone, and ends with it.</summary>
    public bool OwnsSource { get; }

    /// <summary>Whether a pooler in transaction mode may stand between, so that nothing is kept in a session.</summary>
    public bool IsPooled { get; }

    /// <summary>Stands in for the server's clock in tests.</summary>
    public Func<DateTimeOffset?> Clock { get; }

    /// <summary>What timers of ours go by.</summary>
    public TimeProvider Time { get; }

    // A second more than the server allows the statement: its answer says that nothing was written, and a cut connection doesn't.
    private int TimeoutSeconds => (int)Math.Ceiling(StatementTimeout.TotalSeconds) + 1;

    /// <summary>The statements for the schema, which is asked for once.</summary>
    public async ValueTask<Statements> StatementsAsync(CancellationToken cancellationToken)
    {
        if (_statements is { } known)
            return known;
        if (_schema is not null)
            return _statements = new Statements(SchemaName.FromOptions(_schema));

        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = new NpgsqlCommand("SELECT current_schema()", connection) { CommandTimeout = TimeoutSeconds };
        await using var __ = command.ConfigureAwait(false);
        var name = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string
            ?? throw new RiverConfigurationException(["The connection's search_path names no schema that exists; name River's in RiverOptions.Schema."]);
        return _statements = new Statements(SchemaName.FromDatabase(name));
    }

    /// <summary>Opens a connection, within the statement timeout and with errors in River's terms.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(StatementTimeout);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await _source.OpenConnectionAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(new TimeoutException($"no answer within {StatementTimeout.TotalSeconds:0.#} s"));
        }
        catch (Exception error) when (PostgresErrors.OfOpening(error, Target) is not null)
        {
            throw PostgresErrors.OfOpening(error, Target)!;
        }
    }

    /// <summary>
    /// Has a connection whose session isn't clean closed, rather than kept, when it is given back: nothing resets those of our own
    /// pool. The application's isn't ours to empty; its connections are reset before they are given back.
    /// </summary>
    public void Discard()
    {
        if (OwnsSource)
            _source.Clear();
    }

    /// <summary>Sends statements in one round trip, in the caller's transaction or one of their own, and reads what they return.</summary>
    public async Task<T> ReadAsync<T>(
        DbTransaction? transaction, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands)
    {
        if (transaction is not null)
        {
            var own = Commands.Own(transaction);
            return await RunAsync(own.Connection!, own, prepare: false, commands, read, cancellationToken).ConfigureAwait(false);
        }

        return await OnPooledConnectionAsync(commands, read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="ReadAsync{T}"/> without a transaction, but planned as on the rented connections.</summary>
    public Task<T> ReadSteadilyAsync<T>(
        Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands) =>
        OnPooledConnectionAsync([SessionSettings.ForTransaction(StatementTimeout), .. commands], SkipSettings(read), cancellationToken);

    public Task ExecuteAsync(DbTransaction? transaction, CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands) =>
        ReadAsync(transaction, static _ => Task.FromResult(true), cancellationToken, commands);

    /// <summary>Runs several round trips in the caller's transaction, or in one of their own.</summary>
    public async Task<T> InTransactionAsync<T>(DbTransaction? transaction, Func<NpgsqlTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        if (transaction is not null)
            return await work(Commands.Own(transaction)).ConfigureAwait(false);

        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var own = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = own.ConfigureAwait(false);
        var result = await work(own).ConfigureAwait(false);

        // Not to be called off: nobody would know whether it had happened.
        await own.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    /// <summary>Sends statements on a connection that the caller holds.</summary>
    public async Task<T> RunAsync<T>(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        bool prepare,
        IReadOnlyList<NpgsqlBatchCommand> commands,
        Func<NpgsqlDataReader, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection, transaction) { Timeout = TimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        try
        {
            if (prepare)
                await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            var result = await read(reader).ConfigureAwait(false);
            // An error of a later statement shows only when its result is reached.
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
            }

            return result;
        }
        catch (PostgresException conflict) when (PostgresErrors.IsUniqueConflict(conflict))
        {
            throw PostgresErrors.Conflict(conflict);
        }
        catch (Exception error) when (PostgresErrors.OfStatement(error) is not null)
        {
            throw PostgresErrors.OfStatement(error)!;
        }
    }

    public static Func<NpgsqlDataReader, Task<T>> SkipSettings<T>(Func<NpgsqlDataReader, Task<T>> read) => async reader =>
    {
        await reader.NextResultAsync().ConfigureAwait(false);
        return await read(reader).ConfigureAwait(false);
    };

    public StoreException Unreachable(Exception error) => PostgresErrors.OfOpening(error, Target)!;

    public async ValueTask DisposeAsync()
    {
        if (OwnsSource)
            await _source.DisposeAsync().ConfigureAwait(false);
    }

    private Task<T> OnPooledConnectionAsync<T>(IReadOnlyList<NpgsqlBatchCommand> commands, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken) =>
        PromptCancellation.RunAsync(
            async token =>
            {
                var connection = await OpenAsync(token).ConfigureAwait(false);
                await using var _ = connection.ConfigureAwait(false);
                return await RunAsync(connection, transaction: null, prepare: false, commands, read, token).ConfigureAwait(false);
            },
            cancellationToken);
}
