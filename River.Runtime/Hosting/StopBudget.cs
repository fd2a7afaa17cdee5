namespace River.Hosting;

/// <summary>
/// The time of a stop. When it is up, what is over bounds goes by one clock: outcomes just given back still get a moment, then
/// the client's row, and then the stop returns, whether the database answers or not. In real time: a stop is counted by it.
/// </summary>
internal sealed class StopBudget : IDisposable
{
    /// <summary>How long after the time of the stop outcomes may be written, the writing may be waited for, and anything may go on.</summary>
    private static readonly TimeSpan Writing = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Waiting = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Everything = TimeSpan.FromMilliseconds(1_100);

    /// <summary>How long the end of a stop that isn't in a hurry waits for a database that doesn't answer.</summary>
    private static readonly TimeSpan Unhurried = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _writing = new();
    private readonly CancellationTokenSource _waiting = new();
    private readonly CancellationTokenSource _everything = new();
    private readonly CancellationTokenRegistration _deadline;

    public StopBudget(CancellationToken deadline)
    {
        Deadline = deadline;
        _deadline = deadline.UnsafeRegister(
            static state =>
            {
                var budget = (StopBudget)state!;
                budget._writing.CancelAfter(Writing);
                budget._waiting.CancelAfter(Waiting);
                budget._everything.CancelAfter(Everything);
            },
            this);
    }

    /// <summary>The time that the stop was given.</summary>
    public CancellationToken Deadline { get; }

    /// <summary>Until when outcomes are written.</summary>
    public CancellationToken LastWrites => _writing.Token;

    /// <summary>Waits for the last outcomes, and leaves those alone that don't come back from the database.</summary>
    public Task WrittenAsync(Task writing) => writing.WaitAsync(_waiting.Token);

    /// <summary>Runs the last statement, and leaves it alone if it doesn't come back.</summary>
    public async Task EndAsync(Func<CancellationToken, Task> statement)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_everything.Token);
        limit.CancelAfter(Unhurried);
        await statement(limit.Token).WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _deadline.Dispose();
        _writing.Dispose();
        _waiting.Dispose();
        _everything.Dispose();
    }
}
