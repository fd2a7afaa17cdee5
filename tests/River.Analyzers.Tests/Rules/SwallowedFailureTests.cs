using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class SwallowedFailureTests() : WorkerTest("RIVER037")
{
    [Theory]
    [InlineData("logger.LogError(e, \"failed\");", "logs and returns")]
    [InlineData("_logger.LogError(e, \"failed\"); return;", "logs and returns")]
    [InlineData("Console.WriteLine(e);", "logs and returns")]
    [InlineData("if (job.Attempt > 3) { logger.LogError(e, \"failed\"); } else { logger.LogWarning(e, \"failed\"); }", "logs and returns")]
    [InlineData("", "only returns")]
    public Task A_catch_around_the_whole_body_is_reported(string handler, string words) => BodySaysAsync(
        "using var scope = logger.BeginScope(job.Id); var id = job.Args.Id; try { await api.CallAsync(id, cancellationToken); } [|catch (Exception e)|] when (e is not OperationCanceledException) { "
        + handler + " } logger.LogInformation(\"done\");",
        "recorded as a success", "'Ping'", words);

    [Fact]
    public Task A_catch_without_a_filter_swallows_cancellation_too() => BodyReportsAsync(
        """
        try
        {
            await api.CallAsync(job.Args.Id, cancellationToken);
        }
        {|RIVER021:[|catch (Exception e)|]|}
        {
            logger.LogError(e, "failed");
        }
        """);

    [Fact]
    public Task A_job_that_works_itself_is_looked_at_too() => ReportsAsync(
        """
        using Microsoft.Extensions.Logging;
        [Job] public sealed partial record Ping(int Id)
        {
            public Task WorkAsync(ILogger<Ping> logger)
            {
                try { _ = 1 / Id; return Task.CompletedTask; }
                [|catch (Exception e)|] { Failed(logger, e); return Task.CompletedTask; }
            }

            private static void Failed(ILogger logger, Exception e) => logger.LogError(e, "failed");
        }
        """);

    [Theory]
    [InlineData("throw;")]
    [InlineData("throw job.Cancel(e.Message);")]
    [InlineData("job.Then(new Pong(2));")]
    [InlineData("await api.CallAsync(2, CancellationToken.None);")]
    [InlineData("failed = true;")]
    public Task A_catch_that_does_something_about_it_is_fine(string handler) => BodyReportsAsync(
        "var failed = false; try { await api.CallAsync(1, cancellationToken); } catch (Exception e) when (e is not OperationCanceledException) { logger.LogError(e, \"failed\"); "
        + handler + " } if (failed) await api.StepAsync();");

    [Fact]
    public Task A_catch_of_a_part_or_of_some_errors_is_fine() => BodyReportsAsync(
        """
        try { await api.CallAsync(1, cancellationToken); }
        catch (Exception e) when (e is not OperationCanceledException) { logger.LogError(e, "failed"); }
        await api.CallAsync(2, cancellationToken);
        try { await api.CallAsync(3, cancellationToken); }
        catch (TimeoutException e) { logger.LogError(e, "failed"); }
        """);

    [Fact]
    public Task A_catch_of_errors_that_are_chosen_is_fine() => BodyReportsAsync(
        """
        try { await api.CallAsync(3, cancellationToken); }
        catch (Exception e) when (e.Message == "gone") { logger.LogError(e, "failed"); }
        """);

    [Fact]
    public Task A_catch_outside_WorkAsync_is_fine() => IsSilentAsync(
        """
        public sealed class Tool { public Task WorkAsync() { try { _ = int.Parse("1"); } catch (Exception e) { Console.WriteLine(e); } return Task.CompletedTask; } }
        """);
}
