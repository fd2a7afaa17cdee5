using System.Runtime.ExceptionServices;

namespace River.Extending;

/// <summary>One attempt's middleware and hooks.</summary>
internal sealed class WorkChain
{
    private readonly IWorkMiddleware[] _middleware;
    private readonly IWorkBeginHook[] _begin;
    private readonly IWorkEndHook[] _end;
    private ReadOnlyMemory<byte> _given;

    public WorkChain(WorkContext context, IRiverExtension[] extensions)
    {
        Context = context;
        _middleware = [.. extensions.OfType<IWorkMiddleware>()];
        _begin = [.. extensions.OfType<IWorkBeginHook>()];
        _end = [.. extensions.OfType<IWorkEndHook>()];
    }

    public WorkContext Context { get; }

    /// <summary>Runs the middleware around the rest of the attempt.</summary>
    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) => StepAsync(0, work, cancellationToken);

    /// <summary>Lets the hooks see the arguments before they are read.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> BeginAsync(CancellationToken cancellationToken)
    {
        _given = Context.EncodedArgs;
        foreach (var hook in _begin)
            await hook.WorkBeginAsync(Context, cancellationToken).ConfigureAwait(false);
        return Context.EncodedArgs;
    }

    /// <summary>Lets the hooks see how the worker ended, and throws what counts after that.</summary>
    public async ValueTask EndAsync(Exception? error, CancellationToken cancellationToken)
    {
        foreach (var hook in _end)
        {
            try
            {
                error = await hook.WorkEndAsync(Context, error, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception thrown)
            {
                error = thrown;
            }
        }

        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>Forgets what the hooks made of the arguments, in case a middleware runs everything again.</summary>
    public void Leave() => Context.EncodedArgs = _given;

    private Task StepAsync(int index, Func<CancellationToken, Task> work, CancellationToken cancellationToken) => index == _middleware.Length
        ? work(cancellationToken)
        : _middleware[index].InvokeAsync(Context, token => StepAsync(index + 1, work, token), cancellationToken);
}
