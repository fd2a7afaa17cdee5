using System.Text;
using System.Text.Json.Nodes;
using River.Tests.Attempts;
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
    public async Task What_a_worker_records_can_be_read_and_begins_the_next_attempt()
    {
        var job = TestJob.For(new SendMail(1), metadata: new JsonObject { ["kept"] = true });
        await job.StepAsync("first", _ => Task.CompletedTask);
        await Assert.ThrowsAsync<FormatException>(() => job.StepAsync("second", AttemptJson.Default.Int64, (cursor, _) =>
        {
            cursor.SetCursor(7);
            throw new FormatException();
        }));
        // After a failure no step runs any more.
        await Assert.ThrowsAsync<FormatException>(() => job.StepAsync("third", _ => Task.CompletedTask));
        job.SetOutput(new Report("half", 3), AttemptJson.Default.Report);
        job.SetMetadata("customer", 5);
        job.ReportProgress(40);
        job.ReportProgress(41, "nearly half");

        var row = TestJob.Recorded(job);

        Assert.Equal(new Report("half", 3), row.ReadOutput(AttemptJson.Default.Report));
        Assert.Equal((41, "nearly half"), (row.Progress!.Percent, row.Progress.Message));
        Assert.Equal((true, 5), (row.ReadMetadata().GetProperty("kept").GetBoolean(), row.ReadMetadata().GetProperty("customer").GetInt32()));

        var ran = new List<string>();
        var next = TestJob.For(new SendMail(1), attempt: 2, metadata: JsonObject.Create(row.ReadMetadata()));
        await next.StepAsync("first", _ => throw new InvalidOperationException("done already"));
        await next.StepAsync("second", AttemptJson.Default.Int64, (cursor, _) =>
        {
            ran.Add($"second from {cursor.Value}");
            return Task.CompletedTask;
        });
        Assert.Equal(["second from 7"], ran);
        Assert.Equal("second", TestJob.Recorded(next).ReadMetadata().GetProperty("river:resumable_step").GetString());
    }

    [Fact]
    public async Task Steps_cannot_be_nested_or_run_side_by_side()
    {
        var job = TestJob.For(new SendMail(1));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => job.StepAsync("outer", _ => job.StepAsync("inner", _ => Task.CompletedTask)));

        Assert.Contains("'inner'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'outer'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_test_job_gives_its_steps_a_cancelled_token()
    {
        var job = TestJob.For(new SendMail(1), interruption: Interruption.Timeout);

        await Assert.ThrowsAsync<OperationCanceledException>(() => job.StepAsync("first", token =>
        {
            token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        }));
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
