using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class RepeatedStepTests() : WorkerTest("RIVER035")
{
    [Fact]
    public async Task A_name_that_comes_twice_is_reported()
    {
        var found = await BodyReportsAsync(
            """
            const string Copy = "copy";
            await job.StepAsync("copy", token => api.CallAsync(job.Args.Id, token));
            await job.StepAsync("check", token => api.CallAsync(job.Args.Id, token));
            await job.StepAsync([|Copy|], token => api.CallAsync(job.Args.Id, token));
            if (api.Ready)
                await job.StepAsync(step: token => api.CallAsync(job.Args.Id, token), name: [|"check"|]);
            """);

        Assert.Contains("'copy'", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("second time", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_constant_name_in_a_loop_is_reported()
    {
        var found = await BodyReportsAsync(
            """
            for (var page = 0; page < 10; page++)
                await job.StepAsync([|"page"|], token => api.CallAsync(page, token));
            """);

        Assert.Contains("loop", Assert.Single(found).GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Names_of_their_own_are_fine() => BodyReportsAsync(
        """
        await job.StepAsync("copy", token => api.CallAsync(job.Args.Id, token));
        await job.StepAsync("Copy", token => api.CallAsync(job.Args.Id, token));
        for (var page = 0; page < 10; page++)
            await job.StepAsync($"page {page}", token => api.CallAsync(page, token));
        """);

    [Fact]
    public Task Branches_of_which_one_runs_are_fine() => BodyReportsAsync(
        """
        if (api.Ready)
            await job.StepAsync("copy", token => api.CallAsync(1, token));
        else
            await job.StepAsync("copy", token => api.CallAsync(2, token));
        switch (job.Attempt)
        {
            case 1:
                await job.StepAsync("check", token => api.CallAsync(1, token));
                break;
            default:
                await job.StepAsync("check", token => api.CallAsync(2, token));
                break;
        }
        if (job.Attempt > 3)
        {
            await job.StepAsync("send", token => api.CallAsync(3, token));
            return;
        }
        await job.StepAsync("send", token => api.CallAsync(4, token));
        """);

    [Fact]
    public Task A_loop_that_is_left_after_the_step_is_fine() => BodyReportsAsync(
        """
        while (true)
        {
            if (!api.Ready)
                continue;
            await job.StepAsync("copy", token => api.CallAsync(1, token));
            break;
        }
        """);
}
