using System.Data.Common;
using Microsoft.Data.Sqlite;
using River.Attempts;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Attempts;

/// <summary>How writes that can wait make way for those that can't.</summary>
public sealed class LiveWritesTests
{
    private static readonly Dictionary<string, byte[]> Changes = new(StringComparer.Ordinal) { ["key"] = "1"u8.ToArray() };

    private readonly Host _host = new();
    private readonly LiveWrites _writes;

    public LiveWritesTests() => _writes = new LiveWrites(_host);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_callback_that_throws_when_a_write_is_called_off_keeps_no_later_write_back()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        _host.Write = static token =>
        {
            var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            token.Register(() =>
            {
                ended.SetResult(false);
                throw new InvalidOperationException("no");
            });
            return ended.Task;
        };
        var called = _writes.Offer(Changes);

        await _writes.WriteAsync(Changes, transaction).SoonAsync(Token, "the write in the transaction");
        await called.SoonAsync(Token, "the end of what was called off");

        _host.Write = static _ => Task.FromResult(true);
        var before = _host.Flushes;
        _ = _writes.Offer(Changes);
        _host.Clock.Advance(LiveWrites.Interval);
        Assert.Equal(before + 1, _host.Flushes);
    }

    [Fact]
    public async Task Making_way_does_not_wait_for_a_step_beside_it_that_waits_for_the_callers_row()
    {
        _host.Write = static token =>
        {
            var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            token.Register(() => ended.SetResult(false));
            return ended.Task;
        };
        _ = _writes.Offer(Changes);
        var rowIsFree = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Record = rowIsFree.Task;
        var beside = _writes.WriteAsync(Changes, transaction: null);

        await _writes.MakeWayAsync(keepsSnapshot: false).SoonAsync(Token, "the way");

        Assert.False(beside.IsCompleted);
        rowIsFree.SetResult();
        await beside.SoonAsync(Token, "the step beside it");
    }

    /// <summary>Stands behind an attempt whose writes end when the test says so.</summary>
    private sealed class Host : IAttemptHost
    {
        private int _flushes;

        public Func<CancellationToken, Task<bool>> Write { get; set; } = static _ => Task.FromResult(true);

        public Task Record { get; set; } = Task.CompletedTask;

        public FakeTimeProvider Clock { get; } = new();

        public int Flushes => Volatile.Read(ref _flushes);

        public Interruption Interruption => Interruption.None;

        public CancellationToken Token => CancellationToken.None;

        public TimeProvider Time => Clock;

        public void Progressed(JobProgress progress)
        {
            // Nobody listens.
        }

        public void CheckTransaction(DbTransaction transaction)
        {
            // Any will do.
        }

        public bool KeepsSnapshot(DbTransaction transaction) => false;

        public Task CompleteAsync(DbTransaction transaction, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RecordAsync(byte[] metadata, DbTransaction? transaction) => Record;

        public Task<bool> TryRecordAsync(byte[] metadata, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _flushes);
            return Write(cancellationToken);
        }
    }
}
