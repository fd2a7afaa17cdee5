using System.Data.Common;
using River.Sqlite.Connections;
using River.Sqlite.Roles;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite;

/// <summary>Jobs in one SQLite file, for the processes of one machine.</summary>
internal sealed class SqliteStore : JobStore
{
    private readonly SqliteFile _file;
    private readonly Signals _signals = new();
    private readonly Readers _readers;
    private readonly Writer _writer;
    private readonly Changes _changes;

    /// <param name="file">The file.</param>
    /// <param name="time">Paces the looks at the outbox; rows never depend on it.</param>
    public SqliteStore(SqliteFile file, TimeProvider time)
    {
        _file = file;
        _readers = new Readers(file);
        _writer = new Writer(file, Now, _signals);
        _changes = new Changes(file, _writer, _readers, Now);
        Jobs = new SqliteJobs(_changes);
        Claims = new SqliteClaims(_changes);
        Due = new SqliteDue(_changes);
        Schedules = new SqliteSchedules(_changes);
        Queues = new SqliteQueues(_changes);
        Lease = new SqliteLease(_changes);
        Upkeep = new SqliteUpkeep(_changes);
        Presence = new SqlitePresence(_changes);
        Wakeups = new SqliteWakeups(file, _signals, time);
        Schema = new SqliteSchema(file, _changes);
    }

    public override string Name => "SQLite";

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

    public override Task OpenAsync(CancellationToken cancellationToken) =>
        // On the writer's connection, whose opening shows what reading can't: that file and folder can be written.
        _changes.WriteAsync(scope => scope.Session["SELECT count(*) FROM sqlite_master WHERE json_valid('{}')"].Value(), cancellationToken);

    public override void CheckTransaction(DbTransaction transaction) => CallerTransaction.Check(transaction, _file);

    public override bool IsTransient(Exception error) => SqliteErrors.IsTransient(error);

    /// <summary>The caller's own transaction may be what holds the lock, and the caller may wait for the write.</summary>
    public override TimeSpan? LongestSpareWrite => TimeSpan.FromSeconds(1);

    public override async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        _signals.End();
        _readers.Dispose();
    }

    // SQLite has no clock but the machine's, which all processes on the file share; read here rather than by strftime,
    // which stops at milliseconds. Never the host's TimeProvider: a PostgreSQL store wouldn't follow that one either.
    private long Now() => Micros.Of(Clock?.Invoke() ?? TimeProvider.System.GetUtcNow());
}
