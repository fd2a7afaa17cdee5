using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River.Chaos.Cluster;
using River.TestSupport.Faults;
using River.TestSupport.Postgres;

namespace River.Chaos;

/// <summary>A connection that is cut while a statement is on its way: was it carried out, or not?</summary>
public sealed class LostReplyTests(PostgresFixture postgres)
{
    private const string Settle = "WITH given AS";
    private const string Claim = "attempt = least(j.attempt + 1";

    /// <summary>Less than the minute after which lost claims are looked for in any case.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(50);

    /// <summary>Ticks are claimed and completed every second: what is cut is to be the jobs of the test.</summary>
    private const string NoTicks = "--River:MaxWorkers:ticks=0";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Outcomes_whose_answer_or_request_was_lost_are_written_once_with_their_follow_ups(bool carriedOut)
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        await using var proxy = PostgresProxy.Start(cluster.Database);
        await cluster.StartReadyAsync("worker", proxy, NoTicks);
        var cut = carriedOut ? proxy.CutReplyAsync(Settle) : proxy.CutRequestAsync(Settle);

        await cluster.EnqueueAsync(Enumerable.Range(0, 50).Select(number => JobRequest.For(new BriefJob(number, Milliseconds: 50, FollowUp: true))), Token);

        await cut.WaitAsync(Soon, Token);
        await cluster.FinishedAsync(Soon);
        await cluster.CheckAsync();
        Assert.Equal(100, await cluster.Oracle.CountAsync("river_job WHERE kind = 'brief' AND state = 'completed' AND attempt = 1", Token));
        Assert.Equal(100, await cluster.Oracle.CountAsync("fx WHERE phase = 'worked'", Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Jobs_of_a_claim_whose_answer_or_request_was_lost_are_worked_all_the_same(bool carriedOut)
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        await using var proxy = PostgresProxy.Start(cluster.Database);
        await cluster.StartReadyAsync("worker", proxy, NoTicks);
        var cut = carriedOut ? proxy.CutReplyAsync(Claim) : proxy.CutRequestAsync(Claim);

        await cluster.EnqueueAsync(Enumerable.Range(0, 50).Select(number => JobRequest.For(new BriefJob(number, Milliseconds: 50))), Token);

        await cut.WaitAsync(Soon, Token);
        await cluster.FinishedAsync(Soon);
        await cluster.CheckAsync();
        Assert.Equal(50, await cluster.Oracle.CountAsync("fx WHERE phase = 'worked'", Token));
        Assert.Equal(50, await cluster.Oracle.CountAsync("river_job WHERE kind = 'brief' AND state = 'completed' AND attempt = 1", Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_unique_job_enqueued_again_after_its_answer_or_request_was_lost_is_there_once(bool carriedOut)
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        await using var proxy = PostgresProxy.Start(cluster.Database);
        using var client = await ClientAsync(proxy);
        var jobs = client.Services.GetRequiredService<IJobClient>();
        await jobs.EnqueueAsync(new SingleJob(0), cancellationToken: Token);
        var cut = carriedOut ? proxy.CutReplyAsync("INSERT INTO") : proxy.CutRequestAsync("INSERT INTO");

        var first = await Record.ExceptionAsync(() => jobs.EnqueueAsync(new SingleJob(1), cancellationToken: Token));
        await cut.WaitAsync(Soon, Token);
        var second = await jobs.EnqueueAsync(new SingleJob(1), cancellationToken: Token);

        // The caller is told; nothing tries again behind its back, which would double a job that isn't unique.
        Assert.NotNull(first);
        Assert.Equal(carriedOut, second.IsDuplicate);
        Assert.Equal(2, await cluster.Oracle.CountAsync("river_job WHERE kind = 'single'", Token));
        await client.StopAsync(Token);
    }

    [Fact]
    public async Task A_transaction_whose_commit_went_unanswered_and_is_repeated_leaves_one_unique_job()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        await using var proxy = PostgresProxy.Start(cluster.Database);
        using var client = await ClientAsync(proxy);
        var jobs = client.Services.GetRequiredService<IJobClient>();
        await using var dataSource = NpgsqlDataSource.Create(proxy.ConnectionString);
        var cut = proxy.CutReplyAsync("COMMIT");

        var first = await Record.ExceptionAsync(() => InTransactionAsync());
        await cut.WaitAsync(Soon, Token);
        await InTransactionAsync();

        Assert.IsType<NpgsqlException>(first);
        Assert.Equal(1, await cluster.Oracle.CountAsync("river_job WHERE kind = 'single'", Token));
        await client.StopAsync(Token);

        async Task InTransactionAsync()
        {
            await using var connection = await dataSource.OpenConnectionAsync(Token);
            await using var transaction = await connection.BeginTransactionAsync(Token);
            await jobs.In(transaction).EnqueueAsync(new SingleJob(1), cancellationToken: Token);
            await transaction.CommitAsync(Token);
        }
    }

    private static async Task<IHost> ClientAsync(PostgresProxy proxy)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRiverClient(river => river.UsePostgres(proxy.ConnectionString).AddJobs());
        var client = builder.Build();
        await client.StartAsync(Token);
        return client;
    }
}
