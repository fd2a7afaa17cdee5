using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class InvalidWorkerTests() : RuleTest("RIVER014")
{
    private const string Work = "public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;";

    [Fact]
    public async Task Two_workers_of_one_job_are_both_reported()
    {
        var found = await ReportsAsync(
            $$"""
            [Job]
            public sealed partial record Ping;

            public class [|FirstWorker|] : IWorker<Ping> { {{Work}} }

            public class [|SecondWorker|] : IWorker<Ping> { {{Work}} }

            [NotRegistered]
            public class FakeWorker : IWorker<Ping> { {{Work}} }
            """);

        Assert.Contains("'SecondWorker' works 'Ping' too", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("[NotRegistered]", found[1].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_job_that_works_itself_has_no_other_worker() => ReportsAsync(
        $$"""
        [Job]
        public sealed partial record Ping
        {
            public Task [|WorkAsync|](CancellationToken cancellationToken) => Task.CompletedTask;
        }

        public class [|PingWorker|] : IWorker<Ping> { {{Work}} }
        """);

    [Fact]
    public Task A_worker_of_something_that_is_no_job_is_reported() => SaysAsync(
        $$"""
        public sealed record Ping;

        public class [|PingWorker|] : IWorker<Ping> { {{Work}} }
        """,
        "'PingWorker' can't be registered as a worker: it works 'Ping', which isn't a job");

    [Theory]
    [InlineData("public static Task [|WorkAsync|]() => Task.CompletedTask;", "static")]
    [InlineData("public void [|WorkAsync|]() { }", "must return Task or ValueTask")]
    [InlineData("public Task<int> [|WorkAsync|]() => Task.FromResult(1);", "must return Task or ValueTask")]
    [InlineData("private Task [|WorkAsync|]() => Task.CompletedTask;", "private")]
    [InlineData("public Task [|WorkAsync|]<T>() => Task.CompletedTask;", "generic")]
    [InlineData("public Task WorkAsync() => Task.CompletedTask; public Task [|WorkAsync|](int x) => Task.CompletedTask;", "one WorkAsync")]
    [InlineData("public Task WorkAsync(ref int [|x|]) => Task.CompletedTask;", "by reference")]
    [InlineData("public Task WorkAsync(Job<string> [|job|]) => Task.CompletedTask;", "Job<Ping>")]
    public Task A_method_that_does_not_fit_is_reported(string method, string words) => SaysAsync(
        $$"""
        [Job]
        public sealed partial record Ping { {{method}} }
        """,
        words);

    [Fact]
    public Task A_worker_that_cannot_be_made_is_reported() => SaysAsync(
        $$"""
        [Job]
        public sealed partial record Ping;

        public class [|PingWorker|] : IWorker<Ping>
        {
            private PingWorker() { }

            {{Work}}
        }
        """,
        "can't be registered as a worker", "no constructor");

    [Fact]
    public Task Workers_of_all_good_shapes_are_fine() => IsSilentAsync(
        $$"""
        [Job]
        public sealed partial record Ping;

        [Job]
        public sealed partial record Pong { public ValueTask WorkAsync(IServiceProvider services, Job<Pong> job, CancellationToken cancellationToken) => default; }

        public abstract class PingBase : IWorker<Ping> { {{Work}} }

        public sealed class PingWorker(IServiceProvider services) : PingBase { public IServiceProvider Services => services; }

        public sealed class Decorator<T>(IWorker<T> inner) : IWorker<T>
        {
            public Task WorkAsync(Job<T> job, CancellationToken cancellationToken) => inner.WorkAsync(job, cancellationToken);
        }
        """);
}
