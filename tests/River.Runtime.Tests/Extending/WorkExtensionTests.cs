using System.Text;
using Microsoft.Extensions.DependencyInjection;
using River.Extending;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Extending;

/// <summary>Middleware and hooks around an attempt.</summary>
public sealed class WorkExtensionTests(PostgresFixture postgres)
{
    // river-facts 11.3 topic 20
    [Theory, EachStore]
    public async Task Those_for_all_jobs_go_around_those_of_the_job_and_these_around_those_of_the_worker(Database kind)
    {
        var said = new Said();
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Extensions.AddRange([Say<First>(said), Say<Second>(said)]);
            setup.OwnedExtensions.AddRange([(typeof(ExtendedWorker), Say<Fourth>(said)), (typeof(ExtendedWorker), Say<Second>(said)), (typeof(Extended), Say<Third>(said))]);
            setup.Workers.Add(WorkerRegistration.ForWorker<Extended, ExtendedWorker>(_ => new ExtendedWorker(said)));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Extended(1)), JobState.Completed);
        var ofExtended = said.All.Where(what => !what.Contains("insert", StringComparison.Ordinal) && !what.Contains("sees", StringComparison.Ordinal)).ToArray();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal(
            [
                "First in", "Second in", "Third in", "Fourth in",
                "First begin", "Second begin", "Third begin", "Fourth begin",
                "worker",
                "First end", "Second end", "Third end", "Fourth end",
                "Fourth out", "Third out", "Second out", "First out",
            ],
            ofExtended);
        Assert.Equal((2, 1), (said.All.Count(what => what == "First in"), said.All.Count(what => what == "Third in")));
    }

    [Theory, EachStore]
    public async Task A_middleware_that_catches_the_error_or_never_asks_the_worker_completes_the_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var worked = 0;
        await using var client = Create(
            database,
            job =>
            {
                worked++;
                job.Then(new Other(job.Args.Number), new EnqueueOptions { Pending = true });
                throw new InvalidOperationException("no");
            },
            new Scripted
            {
                Around = async (context, next, token) =>
                {
                    try
                    {
                        if (!context.Row.Tags.Contains("skip"))
                            await next(token);
                    }
                    catch (InvalidOperationException)
                    {
                        // As an application would that can live without this job.
                    }
                },
            });
        await client.StartAsync();

        var caught = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        var skipped = await client.SettledAsync(await client.EnqueueAsync(new Probe(2), new EnqueueOptions { Tags = ["skip"] }), JobState.Completed);

        Assert.Empty(caught.Errors);
        Assert.Empty(skipped.Errors);
        Assert.Equal(1, worked);

        // The job is completed, and what it asked for goes with its completion.
        Assert.Single(await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, TestContext.Current.CancellationToken));
    }

    [Theory, EachStore]
    public async Task A_middleware_may_turn_an_error_into_any_other_outcome(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, job => throw new InvalidOperationException("no"), new Scripted
        {
            Around = async (context, next, token) =>
            {
                try
                {
                    await next(token);
                }
                catch (InvalidOperationException) when (context.Row.Tags.Contains("cancel"))
                {
                    throw context.Cancel("given up");
                }
                catch (InvalidOperationException) when (context.Row.Tags.Contains("snooze"))
                {
                    throw context.Snooze(TimeSpan.FromMinutes(5));
                }
                catch (InvalidOperationException error)
                {
                    throw new NotSupportedException("instead", error);
                }
            },
        });
        await client.StartAsync();

        var cancelled = await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Tags = ["cancel"] }), JobState.Cancelled);
        var snoozed = await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Tags = ["snooze"] }), JobState.Scheduled);
        var other = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Retryable);

        Assert.Equal("JobCancelError: given up", Assert.Single(cancelled.Errors).Error);
        Assert.Empty(snoozed.Errors);
        Assert.Equal("System.NotSupportedException: instead", Assert.Single(other.Errors).Error);
    }

    [Theory, EachStore]
    public async Task A_begin_hook_that_failed_sees_the_arguments_as_stored_when_a_middleware_runs_it_again(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (begun, numbers) = (0, new List<int>());
        await using var client = Create(
            database,
            job =>
            {
                numbers.Add(job.Args.Number);
                return Task.CompletedTask;
            },
            new Scripted
            {
                Around = async (_, next, token) =>
                {
                    try
                    {
                        await next(token);
                    }
                    catch (TimeoutException)
                    {
                        await next(token);
                    }
                },
                Begin = context =>
                {
                    context.EncodedArgs = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(context.EncodedArgs.Span).Replace("7", "77", StringComparison.Ordinal));
                    if (++begun == 1)
                        throw new TimeoutException("the key can't be had");
                },
            });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(7)), JobState.Completed);

        Assert.Equal([77], numbers);
        Assert.Equal((1, 0), (row.Attempt, row.Errors.Count));
    }

    [Theory, EachStore]
    public async Task A_middleware_may_run_the_rest_again_with_the_arguments_as_stored(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var numbers = new List<int>();
        await using var client = Create(
            database,
            job =>
            {
                numbers.Add(job.Args.Number);
                job.Then(new Other(numbers.Count), new EnqueueOptions { Pending = true });
                return numbers.Count < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
            },
            new Scripted
            {
                Around = async (_, next, token) =>
                {
                    for (var tries = 1; ; tries++)
                    {
                        try
                        {
                            await next(token);
                            return;
                        }
                        catch (InvalidOperationException) when (tries < 3)
                        {
                            // Once more.
                        }
                    }
                },
                Begin = context => context.EncodedArgs = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(context.EncodedArgs.Span).Replace("7", "77", StringComparison.Ordinal)),
            });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(7)), JobState.Completed);

        Assert.Equal(1, row.Attempt);
        Assert.Equal([77, 77, 77], numbers);
        var followUp = Assert.Single(await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, TestContext.Current.CancellationToken));
        Assert.Equal(new Other(3), followUp.ReadArgs<Other>());
    }

    [Theory, EachStore]
    public async Task A_hook_may_change_what_the_arguments_are_read_from_and_the_row_stays(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var read = 0;
        await using var client = Create(
            database,
            job =>
            {
                read = job.Args.Number;
                return Task.CompletedTask;
            },
            new Scripted { Begin = static context => context.EncodedArgs = """{"number":12}"""u8.ToArray() });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal(12, read);
        Assert.Equal(new Probe(1), row.ReadArgs<Probe>());
    }

    // river-facts 11.3 topic 20
    [Theory, EachStore]
    public async Task A_hook_at_the_end_may_take_an_error_away_and_may_bring_one(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var seen = new List<Exception?>();
        await using var client = Create(
            database,
            job => job.Args.Number == 1 ? throw new InvalidOperationException("no") : Task.CompletedTask,
            new Scripted
            {
                End = (_, error) =>
                {
                    seen.Add(error);
                    return error is null ? new NotSupportedException("too good to be true") : null;
                },
            });
        await client.StartAsync();

        var forgiven = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        var failed = await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Retryable);

        Assert.Empty(forgiven.Errors);
        Assert.Equal("System.NotSupportedException: too good to be true", Assert.Single(failed.Errors).Error);
        Assert.Equal([typeof(InvalidOperationException), null], seen.Select(error => error?.GetType()));
    }

    // river-facts 11.3 topics 20 and 21
    [Theory, EachStore]
    public async Task When_the_arguments_cannot_be_read_neither_worker_nor_end_hooks_run_and_the_workers_policy_is_not_asked(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var ended = false;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Opinionated>((_, _) => Task.CompletedTask);
            setup.Extensions.Add(ExtensionRegistration.For(_ => new Scripted
            {
                Begin = static context => context.EncodedArgs = context.Row.Tags.Contains("begin") ? throw new FormatException("no key") : "{}"u8.ToArray(),
                End = (_, error) =>
                {
                    ended = true;
                    return error;
                },
            }));
        });
        await client.StartAsync();

        var refused = await client.Store.SettledAsync(await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 180), new EnqueueOptions { Tags = ["begin"] }), JobState.Retryable);
        var unreadable = await client.Store.SettledAsync(await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 180)), JobState.Retryable);

        // The declared policy's seven minutes, not the worker's three.
        Assert.Equal((TimeSpan.FromMinutes(7), TimeSpan.FromMinutes(7)), (refused.Delay, unreadable.Delay));
        Assert.Contains("no key", refused.Error!.Error, StringComparison.Ordinal);
        Assert.Contains("can't be read at $.timeout_ms", unreadable.Error!.Error, StringComparison.Ordinal);
        Assert.False(ended);
    }

    // river-facts 11.3 topic 36
    [Theory, EachStore]
    public async Task A_job_cancelled_from_outside_ends_as_cancelled_whatever_the_hooks_make_of_its_error(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>(async (_, token) =>
            {
                running.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
            setup.Extensions.Add(ExtensionRegistration.For(_ => new Scripted { End = static (_, error) => new NotSupportedException("instead", error) }));
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await client.Jobs.CancelAsync(id, TestContext.Current.CancellationToken);
        var row = await client.SettledAsync(id, JobState.Cancelled);

        Assert.Equal("JobCancelError: job cancelled remotely", Assert.Single(row.Errors).Error);
    }

    private static TestClient Create(TestDatabase database, Func<Job<Probe>, Task> work, Scripted extension) => TestClient.Create(database, setup =>
    {
        // So that a row is read before its next attempt.
        setup.Services = services => services.AddSingleton<IRetryPolicy>(new FixedRetry(TimeSpan.FromHours(1)));
        setup.Work<Probe>((job, _) => work(job));
        setup.Extensions.Add(ExtensionRegistration.For(_ => extension));
    });

    private static ExtensionRegistration Say<TExtension>(Said said)
        where TExtension : Saying, new() => ExtensionRegistration.For(_ => new TExtension { Said = said });
}
