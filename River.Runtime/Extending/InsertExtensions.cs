using System.Collections.Concurrent;
using River.Registration;

namespace River.Extending;

/// <summary>The middleware and hooks of inserts. They live outside every scope, so each is taken from the root container once.</summary>
internal sealed class InsertExtensions(JobRegistry registry, IServiceProvider root)
{
    private readonly ConcurrentDictionary<JobDescriptor, IInsertBeginHook[]> _hooks = new();
    private readonly ConcurrentDictionary<Type, IRiverExtension> _instances = new();

    private readonly Lazy<bool> _hasMiddleware = new(() => registry.Extensions.Any(one => one.Is<IInsertMiddleware>()));

    /// <summary>Whether any middleware may go around a batch.</summary>
    public bool HasMiddleware => _hasMiddleware.Value;

    /// <summary>The hooks that see a job of this type, the first first; empty where there is none.</summary>
    public IInsertBeginHook[] HooksOf(JobDescriptor job) =>
        _hooks.GetOrAdd(job, static (job, self) => self.FindHooks(job), this);

    /// <summary>Runs the middleware of a batch around its insert.</summary>
    /// <param name="jobs">The batch.</param>
    /// <param name="insert">Inserts.</param>
    /// <param name="countsOnly">Whether there are no results, as for bulk inserts.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="InvalidOperationException">A middleware gave back another number of results than there are jobs.</exception>
    public async Task<IReadOnlyList<EnqueueResult>> RunAsync(IReadOnlyList<JobRequest> jobs, InsertNext insert, bool countsOnly, CancellationToken cancellationToken)
    {
        var next = insert;
        foreach (var middleware in MiddlewareOf(jobs).Reverse())
            next = Around(middleware, next, countsOnly);
        return await next(jobs, cancellationToken).ConfigureAwait(false);
    }

    private static InsertNext Around(IInsertMiddleware middleware, InsertNext next, bool countsOnly) => async (jobs, cancellationToken) =>
    {
        var results = await middleware.InvokeAsync(jobs, next, cancellationToken).ConfigureAwait(false);
        return countsOnly || results.Count == jobs.Count
            ? results
            : throw new InvalidOperationException($"{middleware.GetType().Name} was given {jobs.Count} jobs to insert and returned {results.Count} results; a middleware returns one for each, in their order.");
    };

    private IInsertBeginHook[] FindHooks(JobDescriptor job) =>
        [.. registry.ExtensionsOf(job.ArgsType).Where(one => one.Is<IInsertBeginHook>()).Select(one => (IInsertBeginHook)Instance(one))];

    private IRiverExtension Instance(ExtensionRegistration one) =>
        _instances.GetOrAdd(one.Type, static (_, made) => made.Registration.Resolve(made.Root), (Registration: one, Root: root));

    private IInsertMiddleware[] MiddlewareOf(IReadOnlyList<JobRequest> jobs) =>
    [
        .. registry.ExtensionsOf(jobs.Select(job => job.Descriptor.ArgsType).Distinct())
            .Where(one => one.Is<IInsertMiddleware>())
            .Select(one => (IInsertMiddleware)Instance(one)),
    ];
}
