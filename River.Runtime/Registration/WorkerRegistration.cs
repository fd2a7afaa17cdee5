using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;

namespace River;

/// <summary>How a job's worker is made and called. Made by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class WorkerRegistration
{
    private protected WorkerRegistration(JobDescriptor job, Type workerType, IReadOnlyList<ServiceDependency> dependencies)
    {
        Job = job;
        WorkerType = workerType;
        Dependencies = dependencies;
    }

    /// <summary>The job that is worked.</summary>
    public JobDescriptor Job { get; }

    /// <summary>The worker's type; the job's own when it works itself.</summary>
    public Type WorkerType { get; }

    /// <summary>The services that working asks for.</summary>
    public IReadOnlyList<ServiceDependency> Dependencies { get; }

    /// <summary>Registers a worker class.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <typeparam name="TWorker">The worker's type.</typeparam>
    /// <param name="create">Makes the worker from a scope's services.</param>
    /// <param name="dependencies">The services that its constructor asks for.</param>
    /// <returns>The registration.</returns>
    public static WorkerRegistration ForWorker<TArgs, TWorker>(Func<IServiceProvider, TWorker> create, params IReadOnlyList<ServiceDependency> dependencies)
        where TArgs : IJobArgs<TArgs>
        where TWorker : class, IWorker<TArgs> => new ClassWorkerRegistration<TArgs, TWorker>(create, dependencies);

    /// <summary>Registers a job that works itself.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="work">Calls the job's own method with services from the scope.</param>
    /// <param name="dependencies">The services that the method asks for.</param>
    /// <returns>The registration.</returns>
    public static WorkerRegistration ForJob<TArgs>(Func<Job<TArgs>, IServiceProvider, CancellationToken, Task> work, params IReadOnlyList<ServiceDependency> dependencies)
        where TArgs : IJobArgs<TArgs> => new SelfWorkingRegistration<TArgs>(work, dependencies);

    /// <summary>Adds what working needs to the container; a registration of the application's own stays in force.</summary>
    internal abstract void AddServices(IServiceCollection services);

    /// <summary>Reads the arguments and prepares one attempt inside a scope.</summary>
    /// <param name="row">The job.</param>
    /// <param name="args">Its arguments as stored, or as a hook left them.</param>
    /// <param name="client">What the worker enqueues with.</param>
    /// <param name="record">What the worker records.</param>
    /// <exception cref="UnreadableArgsException">The arguments don't fit the type.</exception>
    internal abstract Execution.JobAttempt Prepare(JobRow row, ReadOnlyMemory<byte> args, IJobClient client, Attempts.AttemptRecord record);
}
