using Xunit;

namespace River.Grammar.Tests;

public class RetryHorizonTests
{
    [Theory]
    [InlineData(-1, "0.0 hours")]
    [InlineData(0, "0.0 hours")]
    [InlineData(1, "0.0 hours")]
    [InlineData(5, "0.1 hours")]
    [InlineData(25, "20.4 days")]
    [InlineData(33, "83.9 days")]
    [InlineData(34, "97.6 days")]
    [InlineData(50, "687.7 days")]
    [InlineData(60, "about 4.7 years")]
    [InlineData(1000, "about 220,000 years")]
    [InlineData(1_000_000_000, "about 290,000,000,000 years")]
    public void The_horizon_of_the_last_retry_is_said_in_words(int maxAttempts, string expected) =>
        Assert.Equal(expected, RetryHorizon.Describe(RetryHorizon.Days(maxAttempts)));

    [Fact]
    public void Days_are_the_sum_of_the_waits_of_River()
    {
        double seconds = 0;
        for (var attempts = 2; attempts <= 2_000; attempts++)
        {
            seconds += Math.Min(Math.Pow(attempts - 1, 4), long.MaxValue / 1e9);
            Assert.Equal(seconds / 86_400, RetryHorizon.Days(attempts), seconds * 1e-12);
        }
    }

    [Theory]
    [InlineData(90, 33)]
    [InlineData(83, 32)]
    [InlineData(98, 34)]
    [InlineData(0, 1)]
    [InlineData(1e12, 32_767)]
    public void The_most_attempts_within_a_horizon_are_found(double days, int attempts) =>
        Assert.Equal(attempts, RetryHorizon.MostAttemptsWithin(days));
}
