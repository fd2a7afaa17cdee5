using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Committing;
using River.Postgres.Connections;
using River.Postgres.Roles;
using River.Storage;

namespace River.Postgres;

/// <summary>
/// River's tables in PostgreSQL. A client holds at most five connections for long, however many queues and workers it
/// has: one each for claims, completions, promotion and heartbeats, and one that listens. The rest goes through
/// the pool. An application's pool resets each connection that comes back, which is a transaction of its own.
/// </summary>
internal sealed class PostgresStore : JobStore
{
    // The first with plan_cache_mode and materialized common table expressions.
    private const int OldestServer = 120000;

    private const string NoDataSource = "the callback given to UsePostgres returned no data source.";

    /// <summary>How long completions wait for one row that another transaction holds, before they pass over it.</summary>
    private static readonly TimeSpan LongestLockWait = TimeSpan.FromMilliseconds(50);

    private readonly PostgresDatabase _database;
    private readonly RentedConnection _claiming;
    private readonly RentedConnection _completing;

    private readonly RentedConnection _promoting;

    // Heartbeats, which may wait for nothing else.
    private readonly RentedConnection _beating;

    private readonly PostgresJobs _jobs;

    // The five, and one for all else.
    private const int LeastConnections = 6;

    // Three more for enqueues; from a smaller pool they take none for themselves.
    private const int ForSharedCommits = LeastConnections + 3;

    // And more for those that wait for a statement that hangs; in a smaller pool they wait, and leave the one for all else alone.
    private const int ForOvertaking = ForSharedCommits + (2 * SharedCommits.MostSlow);

    private bool _isDisposed;

    internal PostgresStore(NpgsqlDataSource source, bool ownsSource, RiverOptions options, TimeProvider? time = null)
    {
        _database = new PostgresDatabase(source, ownsSource, options, () => Clock?.Invoke(), time);
        _claiming = new RentedConnection(_database, flushes: false);
        _completing = new RentedConnection(_database, lockTimeout: LongestLockWait);
        _promoting = new RentedConnection(_database);
        _beating = new RentedConnection(_database);
        var connections = _database.Target.Pooling ? _database.Target.MaxPoolSize : int.MaxValue;
        Jobs = _jobs = new PostgresJobs(_database, sharesCommits: connections >= ForSharedCommits, mostSlow: connections >= ForOvertaking ? SharedCommits.MostSlow : 0);
        Claims = new PostgresClaims(_database, _claiming, _completing);
        Due = new PostgresDue(_database, _promoting);
        Schedules = new PostgresSchedules(_database, _jobs);
        Queues = new PostgresQueues(_database, _claiming);
        Lease = new PostgresLease(_database);
        Upkeep = new PostgresUpkeep(_database);
        Presence = new PostgresPresence(_database, _beating);
        Wakeups = new PostgresWakeups(_database, _jobs.SendsFrom);
        Schema = new PostgresSchema(new RiverMigrator(_database, new RiverMigratorOptions { Schema = options.Schema }));
    }

    public override string Name => "PostgreSQL";

    public override IJobs Jobs { get; }

    public override IClaims Claims { get; }

    public override IDue Due { get; }

    public override ISchedules Schedules { get; }

    public override IQueues Queues { get; }

    public override ILease Lease { get; }

    public override IUpkeep Upkeep { get; }

    public override IPresence Presence { get; }

    public override IWakeups Wakeups { get; }

    public override ISchema Schema { get; }

    public static Func<IServiceProvider, RiverOptions, JobStore> ForConnectionString(string connectionString)
    {
        // Read here, so that a mistake shows where the application made it.
        ConnectionText.Parse(connectionString);
        return (services, options) => new PostgresStore(PostgresSource.Build(connectionString, options), ownsSource: true, options, services.GetService<TimeProvider>());
    }

    public static Func<IServiceProvider, RiverOptions, JobStore> ForDataSource(Func<IServiceProvider, NpgsqlDataSource> dataSource) =>
        (services, options) => new PostgresStore(dataSource(services) ?? throw new RiverConfigurationException([NoDataSource]), ownsSource: false, options, services.GetService<TimeProvider>());

    /// <summary>What is wrong with the data source that the application's services are to have.</summary>
    /// <param name="dataSource">Finds it.</param>
    /// <param name="services">The application's services.</param>
    /// <param name="works">Whether the client works jobs, and not only enqueues them.</param>
    public static IEnumerable<string> Faults(Func<IServiceProvider, NpgsqlDataSource> dataSource, IServiceProvider services, bool works)
    {
        try
        {
            return dataSource(services) is { } source
                ? Faults(new NpgsqlConnectionStringBuilder(source.ConnectionString), works)
                : [NoDataSource];
        }
        catch (Exception error)
        {
            return [$"the callback given to UsePostgres found no data source: {error.Message}"];
        }
    }

    /// <summary>What is wrong with a connection pool before anybody connects.</summary>
    /// <param name="target">How its connections are made.</param>
    /// <param name="works">Whether the client works jobs, and not only enqueues them.</param>
    public static IEnumerable<string> Faults(NpgsqlConnectionStringBuilder target, bool works)
    {
        if (target.Multiplexing)
            yield return "River needs connections of its own to listen and claim on; turn Multiplexing off in the connection string, or give UsePostgres another data source.";
        if (works && target.Pooling && target.MaxPoolSize < LeastConnections)
            yield return $"the connection pool holds {target.MaxPoolSize} connections at most (Maximum Pool Size), and a client that works jobs needs {LeastConnections}: for claims, completions, promotion, heartbeats, notifications, and one for all else. Raise Maximum Pool Size, or give UsePostgres a data source of its own.";
    }

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Faults(_database.Target, works: false).ToArray() is { Length: > 0 } faults)
            throw new RiverConfigurationException(faults);
        await _database.StatementsAsync(cancellationToken).ConfigureAwait(false);
        var probe = Commands.Of("SELECT current_setting('server_version_num')::integer, pg_is_in_recovery(), $1::jsonb[] IS NOT NULL")
            .With(NpgsqlDbType.Array | NpgsqlDbType.Jsonb, new byte[]?[] { "{}"u8.ToArray(), null });
        try
        {
            var (version, isStandby) = await _database.ReadAsync(
                transaction: null,
                async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetInt32(0), reader.GetBoolean(1)) : default,
                cancellationToken,
                probe).ConfigureAwait(false);
            if (version < OldestServer)
                throw new RiverConfigurationException([$"River needs PostgreSQL 12 or newer; this server is version {version / 10000}."]);
            if (isStandby)
                throw new StoreUnavailableException("The PostgreSQL server is a standby, which can't be written to. Connect to the primary (Target Session Attributes=primary with several hosts).");
        }
        catch (Exception error) when (error is NotSupportedException or InvalidCastException)
        {
            throw new RiverConfigurationException([$"The NpgsqlDataSource given to UsePostgres can't write arrays of jsonb: {error.Message} Call EnableArrays() on its NpgsqlSlimDataSourceBuilder, or build it with NpgsqlDataSourceBuilder."]);
        }
    }

    public override void CheckTransaction(DbTransaction transaction) => Commands.Own(transaction);

    public override bool KeepsSnapshot(DbTransaction transaction) =>
        transaction.IsolationLevel is System.Data.IsolationLevel.RepeatableRead or System.Data.IsolationLevel.Serializable or System.Data.IsolationLevel.Snapshot;

    public override bool IsTransient(Exception error) => PostgresErrors.IsTransient(error);

    public override bool WroteNothing(Exception error) => PostgresErrors.Refusal(error) is not null;

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;

        // Side by side: each may take a moment when the server doesn't answer.
        await Task.WhenAll(new IAsyncDisposable[] { _claiming, _completing, _promoting, _beating, _jobs }.Select(part => part.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
    }
}
