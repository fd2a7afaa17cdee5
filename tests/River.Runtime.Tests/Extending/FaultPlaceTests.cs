using Microsoft.Extensions.DependencyInjection;
using River.Extending;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Extending;

/// <summary>What becomes of a job by where something throws. Checked against docs/state-machine.md: an error is a retry, or a discard in the last attempt.</summary>
public sealed class FaultPlaceTests(PostgresFixture postgres)
{
    private static readonly string[] Failing = ["middleware_in", "middleware_out", "work_begin", "reading", "constructor", "asked_for_timeout", "worker", "work_end", "follow_up", "error_handler", "making_handler"];

    // river-facts 11.3 topics 20, 21, 23, 26 and 27
    [Theory, EachStore]
    public async Task Wherever_an_exception_comes_from_it_is_an_error_that_is_retried_and_in_the_last_attempt_discards(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database);
        await client.StartAsync();

        foreach (var place in Failing)
        {
            var retried = await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Tags = [place] }), JobState.Available);
            var discarded = await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Tags = [place], MaxAttempts = 1 }), JobState.Discarded);

            var error = Assert.Single(discarded.Errors);
            Assert.Contains(Expected(place), error.Error, StringComparison.Ordinal);
            Assert.Equal((1, 1), (error.Attempt, discarded.Attempt));
            Assert.NotEmpty(error.Trace);
            Assert.NotNull(discarded.FinalizedAt);
            Assert.Contains(Expected(place), retried.Errors[0].Error, StringComparison.Ordinal);
            Assert.Null(retried.FinalizedAt);
        }
    }

    [Theory, EachStore]
    public async Task An_outcome_stands_whatever_the_disposal_of_its_services_throws(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database);
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Tags = ["scope_dispose"] }), JobState.Completed);

        Assert.Equal(1, row.Attempt);
        Assert.Empty(row.Errors);
    }

    [Theory, EachStore]
    public async Task A_middleware_that_cannot_be_made_fails_the_attempt(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, _) => Task.CompletedTask);
            setup.Extensions.Add(ExtensionRegistration.For<Scripted>(_ => throw new FormatException("not to be made")));
        });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { MaxAttempts = 1 }), JobState.Discarded);

        Assert.Contains("not to be made", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    private static string Expected(string place) => place switch
    {
        "reading" => "can't be read at $.number",
        "follow_up" => "can't be enqueued: Priority is 9",
        "error_handler" or "making_handler" => "FormatException: worker",
        _ => "FormatException: " + place,
    };

    private static TestClient Create(TestDatabase database) => TestClient.Create(database, setup =>
    {
        setup.Workers.Add(WorkerRegistration.ForWorker<Probe, Faulty>(services => new Faulty(services.GetRequiredService<Current>())));
        setup.Extensions.Add(ExtensionRegistration.For(services => new Scripted
        {
            Around = async (context, next, token) =>
            {
                services.GetRequiredService<Current>().Place = context.Row.Tags[0];
                Throw("middleware_in", context.Row);
                await next(token);
                Throw("middleware_out", context.Row);
            },
            Begin = context =>
            {
                Throw("work_begin", context.Row);
                if (context.Row.Tags.Contains("reading"))
                    context.EncodedArgs = """{"number":"x"}"""u8.ToArray();
            },
            End = (context, error) =>
            {
                Throw("work_end", context.Row);
                return error;
            },
        }));
        setup.Services = services =>
        {
            services.AddScoped<Current>();
            services.AddScoped<IJobErrorHandler>(scope =>
            {
                scope.GetRequiredService<Current>().Throw("making_handler");
                return new Handler();
            });
        };
    });

    private static void Throw(string place, JobRow row)
    {
        if (row.Tags.Contains(place))
            throw new FormatException(place);
    }

    /// <summary>Where the attempt of this scope is to fail.</summary>
    private sealed class Current : IAsyncDisposable
    {
        public string Place { get; set; } = "";

        public void Throw(string place)
        {
            if (Place == place)
                throw new FormatException(place);
        }

        public ValueTask DisposeAsync()
        {
            Throw("scope_dispose");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Faulty : IWorker<Probe>, IJobTimeout<Probe>
    {
        private readonly Current _current;

        public Faulty(Current current)
        {
            current.Throw("constructor");
            _current = current;
        }

        public TimeSpan? Timeout(Job<Probe> job)
        {
            _current.Throw("asked_for_timeout");
            return null;
        }

        public Task WorkAsync(Job<Probe> job, CancellationToken cancellationToken)
        {
            if (_current.Place == "follow_up")
                job.Then(new Other(1), new EnqueueOptions { Priority = 9 });
            return _current.Place is "worker" or "error_handler" or "making_handler" ? throw new FormatException("worker") : Task.CompletedTask;
        }
    }

    private sealed class Handler : IJobErrorHandler
    {
        public ValueTask<JobErrorAction> HandleAsync(WorkContext context, Exception error, CancellationToken cancellationToken) =>
            context.Row.Tags.Contains("error_handler") ? throw new FormatException("error_handler") : new(JobErrorAction.Retry);
    }
}
