using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Extending;

public sealed class ErrorHandlerTests(PostgresFixture postgres)
{
    // river-facts 11.3 topics 23 and 27
    [Theory, EachStore]
    public async Task A_handler_that_asks_for_it_ends_the_job_as_cancelled_with_its_error_stored(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, (_, _) => throw new InvalidOperationException("no"), (_, _) => JobErrorAction.Cancel);
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Cancelled);

        Assert.Equal(1, row.Attempt);
        Assert.Equal("System.InvalidOperationException: no", Assert.Single(row.Errors).Error);
        Assert.NotNull(row.FinalizedAt);
    }

    [Theory, EachStore]
    public async Task A_handler_is_told_of_errors_and_timeouts_and_not_of_cancels_and_snoozes(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var told = new ConcurrentQueue<(long Id, Exception Error)>();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((job, _) => throw (job.Args.Number switch
            {
                1 => new InvalidOperationException("no"),
                2 => job.Cancel("over"),
                _ => job.Snooze(TimeSpan.FromMinutes(5)),
            }));
            setup.Work<Brief>((_, token) => Task.Delay(Timeout.Infinite, token));
            setup.Services = services => services.AddScoped<IJobErrorHandler>(_ => new Handler((context, error) =>
            {
                told.Enqueue((context.Id, error));
                return JobErrorAction.Retry;
            }));
        });
        await client.StartAsync();

        var failed = await client.EnqueueAsync(new Probe(1));
        await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Cancelled);
        await client.SettledAsync(await client.EnqueueAsync(new Probe(3)), JobState.Scheduled);
        var late = await client.EnqueueAsync(new Brief(1));
        await client.SettledAsync(failed, JobState.Available);
        await client.SettledAsync(late, JobState.Retryable);

        // The failed one may have been tried again meanwhile.
        Assert.Equal([failed, late], told.Select(one => one.Id).Distinct().Order());
        Assert.All(told, one => Assert.IsType(one.Id == late ? typeof(TaskCanceledException) : typeof(InvalidOperationException), one.Error));
    }

    // river-facts 11.3 topic 23
    [Theory, EachStore]
    public async Task A_handler_that_fails_is_logged_and_the_job_goes_its_ordinary_way(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(
            database,
            (_, _) => throw new InvalidOperationException("no"),
            (_, _) => throw new FormatException("the handler's own"));
        await client.StartAsync();

        var asked = await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { MaxAttempts = 1 }), JobState.Discarded);

        Assert.Equal("System.InvalidOperationException: no", Assert.Single(asked.Errors).Error);
        Assert.Contains(client.Logs.All, record => record.Error is FormatException && record.Id == 3020);
    }

    private static TestClient Create(TestDatabase database, Func<Job<Probe>, CancellationToken, Task> work, Func<WorkContext, Exception, JobErrorAction> handle) => TestClient.Create(database, setup =>
    {
        setup.Work(work);
        setup.Services = services => services.AddSingleton<IJobErrorHandler>(new Handler(handle));
    });

    private sealed class Handler(Func<WorkContext, Exception, JobErrorAction> handle) : IJobErrorHandler
    {
        public ValueTask<JobErrorAction> HandleAsync(WorkContext context, Exception error, CancellationToken cancellationToken) => new(handle(context, error));
    }
}
