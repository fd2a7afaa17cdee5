using System.Collections.Concurrent;
using River.Fetching;
using River.Hosting;
using River.Supervision;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Fetching;

/// <summary>A queue of which this client's own callers enqueue: they give the hint themselves, and the notification only looks after it.</summary>
public sealed class ToldQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<QueueSlots> _ready = new();
    private readonly QueueSlots _slots;

    public ToldQueueTests() => _slots = new QueueSlots("default", new QueuePlan(2), _ready, new Signal(_time), new TakenSlots(), _time);

    [Fact]
    public void A_queue_that_was_told_is_claimed_from_when_nobody_gives_the_hint()
    {
        Assert.True(_slots.Tell());
        Assert.Equal(Patience, _slots.LookAfter(Patience));
        Assert.Empty(_ready);

        _time.Advance(Patience);

        Assert.Null(_slots.LookAfter(Patience));
        Assert.Same(_slots, Assert.Single(_ready));
    }

    [Fact]
    public void A_queue_is_not_forgotten_between_the_word_and_the_look()
    {
        _slots.Tell();

        Assert.False(_slots.TryForget());
        _time.Advance(Patience);
        Assert.Null(_slots.LookAfter(Patience));
        Assert.Same(_slots, Assert.Single(_ready));
    }

    [Fact]
    public void Who_tells_a_queue_that_was_forgotten_sees_it()
    {
        Assert.True(_slots.TryForget());

        _slots.Tell();

        Assert.True(_slots.IsForgotten);
    }

    [Fact]
    public void A_claim_that_was_sent_since_is_enough()
    {
        _slots.Tell();
        _slots.Hint();
        Claim();
        _time.Advance(Patience);

        Assert.Null(_slots.LookAfter(Patience));
        Assert.Empty(_ready);
    }

    [Fact]
    public void A_claim_that_was_sent_before_is_not()
    {
        _slots.Hint();
        Claim();
        _slots.Tell();
        _time.Advance(Patience);

        Assert.Null(_slots.LookAfter(Patience));
        Assert.Single(_ready);
    }

    [Fact]
    public void Who_tells_again_and_again_puts_nothing_off_and_is_looked_after_once()
    {
        Assert.True(_slots.Tell());
        _time.Advance(Patience / 2);
        Assert.False(_slots.Tell());

        Assert.Equal(Patience / 2, _slots.LookAfter(Patience));
        _time.Advance(Patience / 2);
        Assert.Null(_slots.LookAfter(Patience));
        Assert.Single(_ready);
    }

    private void Claim()
    {
        Assert.True(_ready.TryDequeue(out var slots));
        Assert.True(slots.TryServe());
        slots.Ask(2);
        slots.Answered();
    }
}
