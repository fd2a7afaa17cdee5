using System.Text;
using River.Tests.Serialization;
using Xunit;

namespace River.Tests.Workers;

public sealed class TestJobTests
{
    [Fact]
    public void A_test_job_looks_like_a_running_one_of_its_declaration()
    {
        var job = TestJob.For(new Cleanup(7));

        Assert.Equal((1L, 1, 5, "cleanup", "default"), (job.Id, job.Attempt, job.MaxAttempts, job.Kind, job.Queue));
        Assert.Equal((JobState.Running, 3), (job.Row.State, job.Row.Priority));
        Assert.Equal(["declared"], job.Row.Tags);
        Assert.Equal("""{"flux_id":7,"in_kubernetes":false}""", Encoding.UTF8.GetString(job.Row.EncodedArgs.Span));
    }

    [Fact]
    public void What_matters_to_a_test_can_be_said()
    {
        var error = new AttemptError(DateTimeOffset.UnixEpoch, 1, "failed", "");

        var job = TestJob.For(new SendMail(1), attempt: 30, queue: "elsewhere", id: 9, errors: [error]);

        Assert.Equal((9L, 30, 30, "elsewhere"), (job.Id, job.Attempt, job.MaxAttempts, job.Queue));
        Assert.Same(error, Assert.Single(job.Row.Errors));
    }

    [Fact]
    public void Follow_ups_can_be_read()
    {
        var job = TestJob.For(new SendMail(1));

        job.Then(new Cleanup(7), new EnqueueOptions { Delay = TimeSpan.FromSeconds(10) });

        var next = Assert.Single(job.FollowUps);
        Assert.Equal(new Cleanup(7), next.Args);
        Assert.Equal(TimeSpan.FromSeconds(10), next.Options!.Delay);
    }

    [Fact]
    public async Task Its_client_says_that_there_is_none()
    {
        var job = TestJob.For(new SendMail(1));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => job.Client.EnqueueAsync(new Cleanup(7), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("TestJob.For(args, client: …)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_could_not_be_enqueued_is_no_test_job_either() =>
        Assert.Throws<InvalidJobException>(() => TestJob.For(new Trouble { Text = "\0" }));
}
