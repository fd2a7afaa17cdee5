namespace River.Supervision;

/// <summary>
/// Bounds how long one call of the store may take. In real time also under a test's clock: it guards against a network
/// that has gone silent, and not against the passing of a schedule.
/// </summary>
internal sealed class StatementLimit(TimeSpan limit)
{
    public TimeSpan Limit => limit;

    /// <exception cref="TimeoutException">The store didn't answer in time; what it was asked may have been done all the same.</exception>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        RunAsync(call, limit, cancellationToken);

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, Task{T}}, CancellationToken)"/>
    public static async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            return await call(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The database didn't answer within {limit}.", error);
        }
    }
}
