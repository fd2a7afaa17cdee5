using System.Runtime.CompilerServices;

namespace River.TestSupport.Time;

/// <summary>Waits for a signal inside the process, and says which one never came: a test that hangs names nothing.</summary>
public static class Soon
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <exception cref="TimeoutException">The task didn't end within two minutes; the message quotes it.</exception>
    public static async Task SoonAsync(
        this Task task,
        CancellationToken cancellationToken = default,
        [CallerArgumentExpression(nameof(task))] string what = "")
    {
        try
        {
            await task.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Not within {Patience}: {what}");
        }
    }

    /// <inheritdoc cref="SoonAsync(Task, CancellationToken, string)"/>
    public static async Task<T> SoonAsync<T>(
        this Task<T> task,
        CancellationToken cancellationToken = default,
        [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await ((Task)task).SoonAsync(cancellationToken, what).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }
}
