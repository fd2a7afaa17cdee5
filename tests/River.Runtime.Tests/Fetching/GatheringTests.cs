using River.Fetching;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Fetching;

/// <summary>docs/adr/0021: one statement does for jobs that end at about the same time, and waits for no others.</summary>
public sealed class GatheringTests
{
    private static readonly TimeSpan Statement = TimeSpan.FromMilliseconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly TakenSlots _taken = new();
    private readonly PoolQueue _pool = new();
    private readonly Gathering _gathering;

    public GatheringTests()
    {
        _gathering = new Gathering(_time, _taken);
        _gathering.Saves(Statement);
    }

    [Fact]
    public void A_statement_goes_behind_the_jobs_that_are_about_to_end_and_those_that_end_meanwhile()
    {
        _taken.Add(5);
        _pool.Post(() =>
        {
            End();
            _pool.Post(End);
        });
        _pool.Post(End);

        var waiting = Wait();

        Assert.False(waiting.IsCompleted);
        _pool.RunAll();
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(2, _taken.Count);
    }

    [Fact]
    public void A_statement_waits_for_nothing_where_no_job_runs()
    {
        _pool.Post(() => { });

        Assert.True(Wait().IsCompletedSuccessfully);
    }

    [Fact]
    public void Jobs_that_go_on_are_not_waited_for()
    {
        _taken.Add(3);
        var waiting = Wait();

        Assert.Equal(1, _pool.Count);
        _pool.RunOne();

        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public void However_many_jobs_end_a_statement_waits_no_longer_than_a_quarter_of_the_last_one()
    {
        _taken.Add(1_000);
        var ended = EndForEver(every: TimeSpan.FromMilliseconds(0.1));

        // Five hops take 0.5 ms; the sixth is over.
        Assert.Equal(6, ended);
    }

    [Fact]
    public void After_a_slow_statement_the_next_one_waits_a_millisecond_at_most()
    {
        _taken.Add(1_000);
        _gathering.Saves(TimeSpan.FromSeconds(10));

        Assert.Equal(11, EndForEver(every: TimeSpan.FromMilliseconds(0.1)));
    }

    /// <summary>One job after another ends in front of the one that waits.</summary>
    /// <returns>How many did until the wait was over.</returns>
    private int EndForEver(TimeSpan every)
    {
        var ended = 0;
        _pool.Post(EndAndGoOn);
        var waiting = Wait();
        while (!waiting.IsCompleted && ended < 100)
            _pool.RunOne();
        return ended;

        void EndAndGoOn()
        {
            ended++;
            End();
            _time.Advance(every);
            _pool.Post(EndAndGoOn);
        }
    }

    private void End() => _taken.Add(-1);

    private Task Wait() => _pool.Within(() => _gathering.WaitAsync().AsTask());

    /// <summary>What waits for a thread, first come first served, as the test lets it.</summary>
    private sealed class PoolQueue : SynchronizationContext
    {
        private readonly Queue<Action> _waiting = new();

        public int Count => _waiting.Count;

        public void Post(Action action) => _waiting.Enqueue(action);

        public override void Post(SendOrPostCallback d, object? state) => _waiting.Enqueue(() => d(state));

        public void RunOne() => Within(() =>
        {
            _waiting.Dequeue()();
            return true;
        });

        public void RunAll()
        {
            while (_waiting.Count > 0)
                RunOne();
        }

        public T Within<T>(Func<T> call)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                return call();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }
}
