using System.Collections.Concurrent;
using River.Hosting;
using River.Storage;
using River.Supervision;

namespace River.Fetching;

/// <summary>
/// One queue of this client: how many of its slots are taken, and whether there may be work in it. A queue that may
/// have work stands in the list of ready ones; while it has no free slot it stands aside, until one is freed.
/// </summary>
internal sealed class QueueSlots(string name, QueuePlan plan, ConcurrentQueue<QueueSlots> ready, Signal wake, TakenSlots all, TimeProvider time)
{
    private const int Idle = 0;
    private const int Ready = 1;
    private const int Starved = 2;
    private const int Forgotten = 3;

    private const long NotTold = long.MinValue;

    /// <summary>From so many slots on, two claims for half of them cost hardly more than one for all.</summary>
    private const int WorthHalving = 1_000;

    private int _workers = plan.Floor;
    private int _taken;
    private int _asking;
    private int _unsettled;
    private int _state;
    private int _handsOver;
    private int _lent;
    private int _isTold;
    private long _toldAt = NotTold;
    private long _unknownJobs;
    private QueueCursor? _cursor;
    private long _lastUse = time.GetTimestamp();
    private TaskCompletionSource<bool>? _closing;

    public string Name => name;

    /// <summary>How the queue is worked; while it closes, how it was.</summary>
    public QueuePlan Plan { get; private set; } = plan;

    /// <summary>How many jobs may run at once just now; 0 once it closes.</summary>
    public int Workers => Volatile.Read(ref _workers);

    public int Free => Math.Max(0, Workers - Volatile.Read(ref _taken));

    /// <summary>
    /// How many jobs one claim asks for: of many slots no more than half, so that the other half's claim is under way
    /// while the jobs of the first one run.
    /// </summary>
    public int MostAtOnce => Workers is var workers && workers >= WorthHalving ? workers / 2 : workers;

    /// <summary>How many attempts are claimed and not settled.</summary>
    public int Running => Volatile.Read(ref _unsettled);

    public bool IsClosing => Volatile.Read(ref _closing) is not null;

    /// <summary>Completes when the queue has closed and is out of the list, or was opened again.</summary>
    public Task Departure { get; set; } = Task.CompletedTask;

    /// <summary>Whether the queue's jobs are to be handed back, those too that a claim under way still brings.</summary>
    public bool HandsOver => Volatile.Read(ref _handsOver) != 0;

    /// <summary>How many jobs the claim under way asks for. The fetcher's own.</summary>
    public int Asked { get; private set; }

    /// <summary>How many jobs the claim brought. The fetcher's own.</summary>
    public int Got { get; set; }

    /// <summary>How many jobs of unknown kinds stand before the others, as last counted.</summary>
    public long UnknownJobs => Volatile.Read(ref _unknownJobs);

    /// <summary>Where claims start in the queue: behind those jobs.</summary>
    public QueueCursor? Cursor => Volatile.Read(ref _cursor);

    /// <summary>How long the queue has had nothing to do.</summary>
    public TimeSpan Idleness => time.GetElapsedTime(Volatile.Read(ref _lastUse));

    /// <summary>There may be work in the queue.</summary>
    /// <returns>False when this object stands for the queue no longer.</returns>
    public bool Hint()
    {
        Enter(Idle);
        return !IsForgotten;
    }

    /// <summary>Whether another object stands for the queue, or none.</summary>
    public bool IsForgotten => Volatile.Read(ref _state) == Forgotten;

    /// <summary>This client's own caller has enqueued a job, and is about to give a hint.</summary>
    /// <returns>Whether somebody has to look after a while if there was a claim since.</returns>
    public bool Tell()
    {
        Interlocked.CompareExchange(ref _toldAt, time.GetTimestamp(), NotTold);
        return Interlocked.Exchange(ref _isTold, 1) == 0;
    }

    /// <summary>Looks whether there was a claim since the queue was told of a job, and if not gives the hint itself.</summary>
    /// <param name="patience">How long there may have been none.</param>
    /// <returns>How long until the next look; null for none.</returns>
    public TimeSpan? LookAfter(TimeSpan patience)
    {
        Interlocked.Exchange(ref _isTold, 0);
        if (Volatile.Read(ref _toldAt) is var at && at == NotTold)
            return null;
        var left = patience - time.GetElapsedTime(at);
        if (left <= TimeSpan.Zero)
            Hint();
        else if (Interlocked.Exchange(ref _isTold, 1) == 0)
            return left;
        return null;
    }

    /// <summary>
    /// Called for a queue taken from the list: whether it can be served now. Hints that come from here on count for
    /// the next claim.
    /// </summary>
    public bool TryServe()
    {
        if (Free > 0)
        {
            // Before the claim is sent, which finds what was told until now.
            Interlocked.Exchange(ref _toldAt, NotTold);
            Interlocked.Exchange(ref _state, Idle);
            return true;
        }

        Interlocked.Exchange(ref _state, Starved);

        // A slot freed just before wasn't told of a queue that waits for one.
        if (Free > 0)
            Enter(Starved);
        return false;
    }

    /// <summary>Takes slots for the claim that begins; none if the queue has begun to close.</summary>
    public int Ask(int atMost)
    {
        // Before the look at the free slots: a queue that closes meanwhile either gives none, or sees that a claim is under way.
        Interlocked.Exchange(ref _asking, 1);
        Asked = Math.Min(Math.Min(Free, MostAtOnce), atMost);
        Got = 0;
        Interlocked.Add(ref _taken, Asked);
        all.Add(Asked);
        if (Asked == 0)
            Answered();
        return Asked;
    }

    /// <summary>The claim is over: slots that it brought no job for are free again.</summary>
    public void Answered()
    {
        if (Got > 0)
            Volatile.Write(ref _lastUse, time.GetTimestamp());
        Interlocked.Add(ref _taken, Got - Asked);
        all.Add(Got - Asked);
        Interlocked.Exchange(ref _asking, 0);
        EndIfEmpty();
    }

    /// <summary>The worker of a job is done; its slot is free.</summary>
    public void Release()
    {
        Interlocked.Decrement(ref _taken);
        all.Add(-1);
        Enter(Starved);
    }

    /// <summary>Frees the slot of a job that doesn't end; at most as many at a time as the queue has workers.</summary>
    public bool TryLend()
    {
        if (Interlocked.Increment(ref _lent) > Plan.MaxWorkers)
        {
            EndLoan();
            return false;
        }

        Release();
        return true;
    }

    /// <summary>A job has ended whose slot was freed before.</summary>
    public void EndLoan() => Interlocked.Decrement(ref _lent);

    /// <summary>An attempt of the queue began.</summary>
    public void Began() => Interlocked.Increment(ref _unsettled);

    /// <summary>What became of an attempt is written, or given up.</summary>
    public void Settled()
    {
        Volatile.Write(ref _lastUse, time.GetTimestamp());
        Interlocked.Decrement(ref _unsettled);
        EndIfEmpty();
    }

    /// <summary>Works the queue by other settings from now on, also one that was closing.</summary>
    public void Open(QueuePlan newPlan)
    {
        var workers = newPlan.MinWorkers is { } min ? Math.Clamp(Workers, min, newPlan.MaxWorkers) : newPlan.MaxWorkers;
        Plan = newPlan;
        Interlocked.Exchange(ref _handsOver, 0);
        Interlocked.Exchange(ref _closing, null)?.TrySetResult(false);
        SetWorkers(workers);
    }

    /// <summary>Gives a queue that scales another number of workers.</summary>
    public void Scale(int workers)
    {
        if (!IsClosing)
            SetWorkers(workers);
    }

    /// <summary>Claims pass over the jobs up to here.</summary>
    public void PassOver(QueueCursor? cursor, long jobs)
    {
        Volatile.Write(ref _cursor, cursor);
        Volatile.Write(ref _unknownJobs, jobs);
    }

    /// <summary>Claims no more for the queue.</summary>
    /// <returns>True when its last attempt is settled; false when it is opened again.</returns>
    public Task<bool> CloseAsync()
    {
        var closing = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        closing = Interlocked.CompareExchange(ref _closing, closing, null) ?? closing;
        Interlocked.Exchange(ref _workers, 0);
        EndIfEmpty();
        return closing.Task;
    }

    /// <summary>From now on every attempt of the closing queue is handed back.</summary>
    public void HandOver() => Interlocked.Exchange(ref _handsOver, 1);

    /// <summary>Takes the object out of use if nothing goes on in the queue. Not during a claim.</summary>
    public bool TryForget()
    {
        if (Volatile.Read(ref _taken) != 0 || Running != 0 || Interlocked.CompareExchange(ref _state, Forgotten, Idle) != Idle)
            return false;
        if (Volatile.Read(ref _toldAt) == NotTold)
            return true;

        // Somebody is to look after a job of its: this object knows since when.
        Interlocked.Exchange(ref _state, Idle);
        return false;
    }

    private void SetWorkers(int workers)
    {
        var before = Interlocked.Exchange(ref _workers, workers);
        if (workers > before)
        {
            Enter(Starved);
            Enter(Idle);
        }
    }

    // Not by the slots: a worker that doesn't heed its token keeps its slot after its job was handed back.
    private void EndIfEmpty()
    {
        if (Volatile.Read(ref _closing) is { } closing && Volatile.Read(ref _asking) == 0 && Running == 0)
            closing.TrySetResult(true);
    }

    private void Enter(int from)
    {
        if (Interlocked.CompareExchange(ref _state, Ready, from) != from)
            return;
        ready.Enqueue(this);
        wake.Set();
    }
}
