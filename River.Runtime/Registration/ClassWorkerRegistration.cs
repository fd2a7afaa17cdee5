using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using River.Attempts;
using River.Execution;
using River.Serialization;

namespace River;

internal sealed class ClassWorkerRegistration<TArgs, TWorker>(Func<IServiceProvider, TWorker> create, IReadOnlyList<ServiceDependency> dependencies)
    : WorkerRegistration(TArgs.Descriptor, typeof(TWorker), dependencies)
    where TArgs : IJobArgs<TArgs>
    where TWorker : class, IWorker<TArgs>
{
    internal override void AddServices(IServiceCollection services) =>
        services.TryAdd(ServiceDescriptor.Scoped<IWorker<TArgs>>(create));

    internal override JobAttempt Prepare(JobRow row, ReadOnlyMemory<byte> args, IJobClient client, AttemptRecord record) =>
        new Attempt(new Job<TArgs>(ArgsReader.Read(row, args, TArgs.Descriptor), row, client, record));

    private sealed class Attempt(Job<TArgs> job) : JobAttempt
    {
        private IWorker<TArgs>? _worker;

        public override IReadOnlyList<JobRequest> FollowUps => job.FollowUps;

        public override TimeSpan? Begin(IServiceProvider services)
        {
            _worker = services.GetRequiredService<IWorker<TArgs>>();
            return (_worker as IJobTimeout<TArgs>)?.Timeout(job);
        }

        public override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) =>
            _worker!.WorkAsync(job, cancellationToken);

        public override TimeSpan? NextRetry(Exception error) => (_worker as IRetryPolicy<TArgs>)?.NextRetry(job, error);
    }
}

internal sealed class SelfWorkingRegistration<TArgs>(Func<Job<TArgs>, IServiceProvider, CancellationToken, Task> work, IReadOnlyList<ServiceDependency> dependencies)
    : WorkerRegistration(TArgs.Descriptor, typeof(TArgs), dependencies)
    where TArgs : IJobArgs<TArgs>
{
    internal override void AddServices(IServiceCollection services)
    {
    }

    internal override JobAttempt Prepare(JobRow row, ReadOnlyMemory<byte> args, IJobClient client, AttemptRecord record) =>
        new Attempt(new Job<TArgs>(ArgsReader.Read(row, args, TArgs.Descriptor), row, client, record), work);

    private sealed class Attempt(Job<TArgs> job, Func<Job<TArgs>, IServiceProvider, CancellationToken, Task> work) : JobAttempt
    {
        public override IReadOnlyList<JobRequest> FollowUps => job.FollowUps;

        public override TimeSpan? Begin(IServiceProvider services) => (job.Args as IJobTimeout<TArgs>)?.Timeout(job);

        public override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) =>
            work(job, services, cancellationToken);

        public override TimeSpan? NextRetry(Exception error) => (job.Args as IRetryPolicy<TArgs>)?.NextRetry(job, error);
    }
}
