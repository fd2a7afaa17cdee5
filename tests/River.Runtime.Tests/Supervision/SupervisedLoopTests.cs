using Microsoft.Extensions.Logging.Abstractions;
using River.Hosting;
using River.Supervision;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Supervision;

public sealed class SupervisedLoopTests
{
    [Fact]
    public async Task A_turn_that_throws_is_taken_again_after_a_growing_and_capped_wait()
    {
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var loop = new SupervisedLoop("test", static _ => throw new InvalidOperationException("turn"), time, new Randomness(seed: 1), NullLogger.Instance);
        var running = loop.RunAsync(stop.Token);

        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
            waits.Add((await time.AdvanceToNextTimerAsync(TestContext.Current.CancellationToken)).TotalSeconds);
        await stop.CancelAsync();
        await running;

        for (var i = 0; i < waits.Count; i++)
        {
            var full = Math.Min(5, 0.1 * Math.Pow(2, i));
            Assert.InRange(waits[i], full / 2, full);
        }

        Assert.True(loop.SinceLastSuccess > TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_success_starts_the_waits_anew_and_shows_as_life()
    {
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var turns = 0;
        var loop = new SupervisedLoop(
            "test",
            token => ++turns % 2 == 1 ? throw new InvalidOperationException("turn") : Task.Delay(TimeSpan.FromMinutes(1), time, token),
            time,
            new Randomness(seed: 1),
            NullLogger.Instance);
        var running = loop.RunAsync(stop.Token);

        for (var i = 0; i < 5; i++)
        {
            Assert.InRange(await time.AdvanceToNextTimerAsync(TestContext.Current.CancellationToken), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100));
            Assert.Equal(TimeSpan.FromMinutes(1), await time.AdvanceToNextTimerAsync(TestContext.Current.CancellationToken));
        }

        await time.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
        Assert.Equal(TimeSpan.Zero, loop.SinceLastSuccess);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_timeout_of_the_turn_itself_does_not_end_the_loop()
    {
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var second = new TaskCompletionSource();
        var turns = 0;
        var loop = new SupervisedLoop(
            "test",
            token =>
            {
                if (++turns == 1)
                    throw new OperationCanceledException("not the stop");
                second.TrySetResult();
                return Task.Delay(Timeout.Infinite, token);
            },
            time,
            new Randomness(seed: 1),
            NullLogger.Instance);
        var running = loop.RunAsync(stop.Token);

        await time.AdvanceToNextTimerAsync(TestContext.Current.CancellationToken);
        await second.Task.SoonAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await running;
    }
}
