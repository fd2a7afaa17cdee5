using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class NotThrownTests() : RuleTest("RIVER030")
{
    [Fact]
    public async Task A_snooze_or_cancellation_as_a_statement_is_reported()
    {
        var found = await ReportsAsync(Worker(
            """
            if (job.Attempt > 3)
                [|job.Cancel("gone")|];
            [|job.Snooze(TimeSpan.FromMinutes(5))|];
            _ = [|job.Cancel("gone")|];
            job?[|.Cancel("gone")|];
            var unused = [|job.Cancel("gone")|];
            _ = job.Attempt > 1 ? [|job.Cancel("gone")|] : null;
            """));

        Assert.Contains("not thrown", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("'throw job.Cancel(…)'", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Bodies_without_braces_are_reported() => ReportsAsync(
        """
        public sealed record Ping;

        public sealed class PingWorker
        {
            public async Task WorkAsync(Job<Ping> job) => [|job.Cancel("gone")|];

            public Action Later(Job<Ping> job) => () => [|job.Snooze(TimeSpan.FromMinutes(1))|];
        }
        """);

    [Theory]
    [InlineData("if (context.Attempt > 3) // don't throw\n [|context.Cancel(\"gone\")|];")]
    [InlineData("#region may throw\n[|context.Cancel(\"gone\")|];\n#endregion")]
    [InlineData("throw context.Cancel(\"gone\");")]
    [InlineData("throw\n context.Cancel(\"gone\");")]
    public Task The_word_throw_in_a_comment_is_no_throw(string statement) => ReportsAsync(
        $$"""
        public static class Ends
        {
            public static void End(WorkContext context)
            {
        {{statement}}
            }
        }
        """);

    [Fact]
    public async Task Middleware_and_hooks_are_looked_at_too()
    {
        var found = await ReportsAsync(
            """
            public sealed class Curfew : IWorkMiddleware, IWorkBeginHook
            {
                public Task InvokeAsync(WorkContext context, Func<CancellationToken, Task> next, CancellationToken cancellationToken)
                {
                    if (context.Attempt > 3)
                        [|context.Cancel("too often")|];
                    if (context.Attempt == 3)
                        throw context.Snooze(TimeSpan.FromHours(1));
                    return next(cancellationToken);
                }

                public ValueTask WorkBeginAsync(WorkContext context, CancellationToken cancellationToken)
                {
                    [|context.Snooze(TimeSpan.FromHours(1))|];
                    return default;
                }
            }
            """);

        Assert.Contains("'throw context.Cancel(…)'", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task What_is_thrown_or_handed_on_is_fine() => IsSilentAsync(Worker(
        """
        var kept = job.Cancel("kept");
        if (job.Attempt == 4)
            throw kept;
        Func<Exception> later = () => job.Snooze(TimeSpan.FromMinutes(1));
        if (job.Attempt == 5)
            throw later();
        if (job.Attempt == 6)
            throw job.Attempt % 2 == 0 ? job.Cancel("even") : new Exception();
        var id = job.Id > 0 ? job.Id : throw job.Cancel("none");
        await Task.FromException(job.Snooze(TimeSpan.FromSeconds(id)));
        throw job.Cancel("gone");
        """));

    [Fact]
    public Task Other_methods_of_these_names_are_fine() => IsSilentAsync(
        """
        public sealed class Job { public void Cancel(string reason) { } public Exception Snooze(TimeSpan time) => new(); }

        public static class Use { public static void It(Job job) { job.Cancel("x"); job.Snooze(default); } }
        """);

    [Fact]
    public Task The_fix_throws_and_drops_the_jump_that_stood_behind() => FixesAsync(
        Worker(
            """
            if (job.Attempt > 3)
                [|job.Cancel("gone")|]; // enough
            switch (job.Attempt)
            {
                case 1:
                    _ = ([|job.Snooze(TimeSpan.FromMinutes(5))|]);
                    break;
                case 2:
                    // the customer is gone
                    [|job.Cancel("gone")|];
                    return;
            }
            Action later = () => [|job.Cancel("gone")|];
            var unused = [|job.Cancel("gone")|];
            """),
        Worker(
            """
            if (job.Attempt > 3)
                throw job.Cancel("gone"); // enough
            switch (job.Attempt)
            {
                case 1:
                    throw job.Snooze(TimeSpan.FromMinutes(5));
                case 2:
                    // the customer is gone
                    throw job.Cancel("gone");
            }
            Action later = () => throw job.Cancel("gone");
            throw job.Cancel("gone");
            """));

    [Fact]
    public async Task No_fix_is_offered_where_null_could_be_thrown() =>
        Assert.Empty(await OffersAsync(Code.Of(Worker("""job?[|.Cancel("gone")|];"""))));

    private static string Worker(string statements) =>
        $$"""
        public sealed record Ping;

        public sealed class PingWorker
        {
            public async Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
            {
                await Task.Delay(1, cancellationToken);
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }
        }
        """;
}
