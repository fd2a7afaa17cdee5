using River.Execution;
using River.Hosting;
using Xunit;

namespace River.Tests.Execution;

public sealed class DefaultRetryPolicyTests
{
    // river-facts 11.3 topic 29
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 16)]
    [InlineData(2, 81)]
    [InlineData(24, 390_625)]
    [InlineData(308, 9_116_621_361)]
    public void The_wait_is_the_fourth_power_of_the_failures_a_tenth_more_or_less(int errors, double seconds)
    {
        var randomness = new Randomness(seed: 1);
        for (var i = 0; i < 200; i++)
        {
            var wait = DefaultRetryPolicy.NextRetry(Row(errors), randomness);
            Assert.True(wait.TotalSeconds >= seconds * 0.9, $"{wait}");
            Assert.True(wait.TotalSeconds < seconds * 1.1, $"{wait}");
            Assert.True(wait <= DefaultRetryPolicy.LongestWait, $"{wait}");
        }
    }

    // river-facts 11.3 topic 29
    [Fact]
    public void From_the_310th_failure_on_the_wait_is_rivers_longest_duration()
    {
        Assert.Equal(TimeSpan.FromTicks(92_233_720_368_547_758), DefaultRetryPolicy.NextRetry(Row(309), new Randomness(seed: 1)));
        Assert.Equal(TimeSpan.FromTicks(92_233_720_368_547_758), DefaultRetryPolicy.NextRetry(Row(5_000), new Randomness(seed: 1)));
    }

    private static JobRow Row(int errors) => new()
    {
        Id = 1,
        State = JobState.Running,
        Kind = "probe",
        Queue = "default",
        Attempt = 1,
        MaxAttempts = 25,
        Priority = 1,
        EncodedArgs = "{}"u8.ToArray(),
        CreatedAt = DateTimeOffset.UnixEpoch,
        ScheduledAt = DateTimeOffset.UnixEpoch,
        Errors = [.. Enumerable.Repeat(new AttemptError(DateTimeOffset.UnixEpoch, 1, "", ""), errors)],
    };
}
