using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class InvalidMaxAttemptsTests() : RuleTest("RIVER006")
{
    [Theory]
    [InlineData("1_000_000_000")]
    [InlineData("32768")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("int.MaxValue")]
    public Task What_the_column_cannot_hold_is_an_error_and_no_warning_beside_it(string attempts) => SaysAsync(
        $$"""
        [Job(MaxAttempts = [|{{attempts}}|])]
        public sealed partial record Ping;
        """,
        "MaxAttempts is", "from 1 to 32767", "16-bit");

    [Fact]
    public Task The_ends_of_the_range_are_fine() => IsSilentAsync(
        """
        [Job(MaxAttempts = 1)]
        public sealed partial record Ping;

        [Job(MaxAttempts = 32_767, RetryPolicy = typeof(Steady))]
        public sealed partial record Pong;

        public sealed class Steady : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => TimeSpan.FromSeconds(1); }
        """);

    [Fact]
    public Task The_fix_takes_the_nearest_number() => FixesAsync(
        """
        [Job(MaxAttempts = [|-5|])]
        public sealed partial record Ping;

        [Job(Priority = 1, MaxAttempts = [|1_000_000_000|], RetryPolicy = typeof(Steady))]
        public sealed partial record Pong;

        public sealed class Steady : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => TimeSpan.FromSeconds(1); }
        """,
        """
        [Job(MaxAttempts = 1)]
        public sealed partial record Ping;

        [Job(Priority = 1, MaxAttempts = 32767, RetryPolicy = typeof(Steady))]
        public sealed partial record Pong;

        public sealed class Steady : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => TimeSpan.FromSeconds(1); }
        """);
}

public sealed class UnsafeMaxAttemptsTests() : RuleTest("RIVER007")
{
    [Theory]
    [InlineData(34, "97.6 days")]
    [InlineData(1000, "about 220,000 years")]
    public Task A_horizon_beyond_90_days_is_a_warning_that_says_it(int attempts, string horizon) => SaysAsync(
        $$"""
        [Job(MaxAttempts = [|{{attempts}}|])]
        public sealed partial record Ping;
        """,
        $"MaxAttempts = {attempts} is unsafe", horizon, "limit is 90 days", "Write 33 or less", "[Periodic]", "[Unique(States = JobStates.Incomplete)]");

    [Fact]
    public Task Up_to_33_attempts_and_the_default_are_fine() => IsSilentAsync(
        """
        [Job(MaxAttempts = 33)]
        public sealed partial record Ping;

        [Job]
        public sealed partial record Pong;
        """);

    [Fact]
    public Task The_horizon_can_be_set_in_editorconfig() => SaysAsync(
        Code.Of(
            """
            [Job(MaxAttempts = [|26|])]
            public sealed partial record Ping;

            [Job(MaxAttempts = 20)]
            public sealed partial record Pong;
            """).Configured("river.max_retry_horizon_days = 14.5"),
        "limit is 14.5 days");

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0")]
    [InlineData("-1")]
    public Task A_setting_that_makes_no_sense_is_passed_over(string setting) => ReportsAsync(
        Code.Of(
            """
            [Job(MaxAttempts = [|34|])]
            public sealed partial record Ping;

            [Job(MaxAttempts = 33)]
            public sealed partial record Pong;
            """).Configured("river.max_retry_horizon_days = " + setting));

    [Fact]
    public Task A_job_with_its_own_policy_is_fine() => IsSilentAsync(
        """
        [Job(MaxAttempts = 1000, RetryPolicy = typeof(Steady))]
        public sealed partial record ByAttribute;

        [Job(MaxAttempts = 1000)]
        public sealed partial record ByWorker;

        [Job(MaxAttempts = 1000)]
        public sealed partial record ByItself : IRetryPolicy<ByItself>
        {
            public Task WorkAsync() => Task.CompletedTask;

            TimeSpan? IRetryPolicy<ByItself>.NextRetry(Job<ByItself> job, Exception error) => null;
        }

        public sealed class Steady : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => TimeSpan.FromSeconds(1); }

        public sealed class ByWorkerWorker : IWorker<ByWorker>, IRetryPolicy<ByWorker>
        {
            public Task WorkAsync(Job<ByWorker> job, CancellationToken cancellationToken) => Task.CompletedTask;

            public TimeSpan? NextRetry(Job<ByWorker> job, Exception error) => TimeSpan.FromMinutes(1);
        }
        """);

    [Fact]
    public Task A_policy_for_another_job_is_none_for_this_one() => ReportsAsync(
        """
        [Job(MaxAttempts = [|1000|])]
        public sealed partial record Ping;

        [Job]
        public sealed partial record Pong;

        public sealed class PingWorker : IWorker<Ping>, IRetryPolicy<Pong>
        {
            public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;

            public TimeSpan? NextRetry(Job<Pong> job, Exception error) => TimeSpan.FromMinutes(1);
        }
        """);

    [Fact]
    public Task The_fix_takes_the_most_that_the_horizon_allows() => FixesAsync(
        """
        [Job(MaxAttempts = [|1000|])]
        public sealed partial record Ping;

        [Job(MaxAttempts = [|34|], Priority = 2)]
        public sealed partial record Pong;
        """,
        """
        [Job(MaxAttempts = 33)]
        public sealed partial record Ping;

        [Job(MaxAttempts = 33, Priority = 2)]
        public sealed partial record Pong;
        """);
}
