using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class SwallowedCancellationTests() : WorkerTest("RIVER021")
{
    [Fact]
    public async Task A_catch_of_everything_around_awaits_is_reported()
    {
        var found = await BodyReportsAsync(
            """
            foreach (var id in new[] { 1, 2 })
            {
                try { await api.CallAsync(id, cancellationToken); }
                [|catch (Exception e)|] { logger.LogError(e, "{Id}", id); }
                try { await api.CallAsync(id, cancellationToken); }
                [|catch|] { continue; }
                try { if (id == 3) throw job.Cancel("gone"); await api.CallAsync(id, cancellationToken); }
                [|catch (Exception)|] { }
                try { if (id == 3) throw job.Snooze(TimeSpan.FromHours(1)); await api.StepAsync(); }
                catch (OperationCanceledException) { throw; }
                [|catch (Exception)|] { }
                try { if (id == 3) throw job.Snooze(TimeSpan.FromHours(1)); await api.StepAsync(); }
                [|catch (Exception)|] when (!cancellationToken.IsCancellationRequested) { }
            }
            """);

        Assert.Contains("swallows cancellation,", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("cancellation and the job's own snooze or cancel", found[2].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("swallows the job's own snooze or cancel", found[4].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Filters_rethrows_and_what_is_caught_before_are_fine() => BodyReportsAsync(
        """
        foreach (var id in new[] { 1, 2 })
        {
            try { await api.CallAsync(id, cancellationToken); }
            catch (Exception e) when (e is not OperationCanceledException) { logger.LogError(e, "x"); }
            try { await api.CallAsync(id, cancellationToken); }
            catch (Exception) when (!cancellationToken.IsCancellationRequested) { }
            try { throw job.Cancel("gone"); }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not JobControlException) { await api.StepAsync(); }
            try { await api.CallAsync(id, cancellationToken); }
            catch (Exception e) { logger.LogError(e, "x"); throw; }
            try { await api.CallAsync(id, cancellationToken); }
            catch (Exception e) { throw new InvalidOperationException("x", e); }
            try { await api.CallAsync(id, cancellationToken); }
            catch (OperationCanceledException) { throw; }
            catch (Exception) { }
            try { await api.CallAsync(id, cancellationToken); }
            catch (TimeoutException) { }
            try { await api.CallAsync(id, cancellationToken); }
            catch (Exception e) when (e.Message.Length > 3) { }
            try { _ = int.Parse("1"); }
            catch (Exception) { }
        }
        """);

    [Fact]
    public Task A_catch_outside_workers_is_fine() => IsSilentAsync(
        "public sealed class Tool { private async Task RunAsync() { try { await Task.Delay(1); } catch (Exception) { } } public Task GoAsync() => RunAsync(); }");

    [Fact]
    public Task The_fix_adds_a_filter() => BodyFixesAsync(
        """
        foreach (var id in new[] { 1, 2 })
        {
            try { await api.CallAsync(id, cancellationToken); }
            [|catch (Exception error)|] // what now
            {
                logger.LogError(error, "x");
            }
            try { await api.CallAsync(id, cancellationToken); }
            [|catch|]
            {
                continue;
            }
            try { await api.CallAsync(id, cancellationToken); }
            [|catch (Exception)|] { var e = 1; }
            try { await api.StepAsync(); throw job.Cancel("gone"); }
            [|catch (Exception e)|] when (!cancellationToken.IsCancellationRequested) { logger.LogError(e, "x"); }
        }
        """,
        """
        foreach (var id in new[] { 1, 2 })
        {
            try { await api.CallAsync(id, cancellationToken); }
            catch (Exception error) when (error is not (OperationCanceledException or JobControlException)) // what now
            {
                logger.LogError(error, "x");
            }
            try { await api.CallAsync(id, cancellationToken); }
            catch (Exception e) when (e is not (OperationCanceledException or JobControlException))
            {
                continue;
            }
            try { await api.CallAsync(id, cancellationToken); }
            catch (Exception e2) when (e2 is not (OperationCanceledException or JobControlException)) { var e = 1; }
            try { await api.StepAsync(); throw job.Cancel("gone"); }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not (OperationCanceledException or JobControlException)) { logger.LogError(e, "x"); }
        }
        """);
}
