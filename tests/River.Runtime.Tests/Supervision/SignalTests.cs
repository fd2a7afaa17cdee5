using River.Supervision;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Supervision;

public sealed class SignalTests
{
    [Fact]
    public async Task A_signal_given_before_the_wait_ends_it()
    {
        var signal = new Signal(new FakeTimeProvider());
        signal.Set();

        await signal.WaitAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Several_signals_end_one_wait()
    {
        var time = new FakeTimeProvider();
        var signal = new Signal(time);
        signal.Set();
        signal.Set();
        await signal.WaitAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        var second = signal.WaitAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        await time.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromHours(1));
        await second;
    }

    [Fact]
    public async Task A_wait_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var wait = new Signal(new FakeTimeProvider()).WaitAsync(TimeSpan.FromHours(1), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public async Task No_signal_is_lost_between_two_waits()
    {
        var signal = new Signal(TimeProvider.System);
        var (produced, seen) = (0, 0);
        var producer = Task.Run(
            () =>
            {
                for (var i = 0; i < 200_000; i++)
                {
                    Interlocked.Increment(ref produced);
                    signal.Set();
                }
            },
            TestContext.Current.CancellationToken);

        // A lost signal would leave the last wait without an end.
        while (seen < 200_000)
        {
            await signal.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            seen = Volatile.Read(ref produced);
            Assert.True(seen > 0);
        }

        await producer;
    }
}
