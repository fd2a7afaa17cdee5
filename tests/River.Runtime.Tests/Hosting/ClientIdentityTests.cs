using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using River.Hosting;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Hosting;

public sealed class ClientIdentityTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 5, 13, 47, 31, 987, 654, TimeSpan.Zero);

    [Theory]
    [InlineData("web.example.com", "web_example_com")]
    [InlineData("", "unknown_host")]
    public void An_id_is_host_start_and_chance(string host, string expected)
    {
        Assert.Matches($"^{expected}_2026_03_05T13_47_31_987654_[0-9a-f]{{6}}$", ClientIdentity.DefaultId(host, Start, new Randomness(1)));
        Assert.NotEqual(ClientIdentity.DefaultId(host, Start, new Randomness(1)), ClientIdentity.DefaultId(host, Start, new Randomness(2)));
    }

    [Fact]
    public void A_long_host_name_leaves_an_id_that_River_takes() =>
        Assert.InRange(ClientIdentity.DefaultId(new string('h', 250), Start, new Randomness(1)).Length, 60, ClientIdentity.MaxLength);

    [Theory]
    [InlineData(30, 25)]
    [InlineData(5, 0)]
    [InlineData(2, 0)]
    public void Five_seconds_of_the_hosts_time_are_kept_for_handing_back(int shutdown, int softStop) =>
        Assert.Equal(TimeSpan.FromSeconds(softStop), Identity(new RiverOptions(), TimeSpan.FromSeconds(shutdown)).SoftStopTimeout);

    [Theory]
    [InlineData(30, 30, 25)]
    [InlineData(3_600, 30, 25)]
    [InlineData(-0.001, 30, 25)]
    [InlineData(29.9, 30, 29.9)]
    [InlineData(3, 4, 3)]
    [InlineData(3, 3, 0)]
    [InlineData(3_600, -0.001, 3_600)]
    [InlineData(-0.001, -0.001, -0.001)]
    public void A_soft_time_that_the_host_does_not_have_counts_as_none_said(double asked, double shutdown, double softStop)
    {
        var identity = Identity(new RiverOptions { SoftStopTimeout = TimeSpan.FromSeconds(asked) }, TimeSpan.FromSeconds(shutdown));

        // All of it where the application stops the client itself.
        Assert.Equal((TimeSpan.FromSeconds(asked), TimeSpan.FromSeconds(softStop)), (identity.SoftStopTimeout, identity.HostSoftStopTimeout));
    }

    [Fact]
    public void Options_say_it_differently()
    {
        var identity = Identity(new RiverOptions { ClientId = "me", SoftStopTimeout = TimeSpan.FromSeconds(1) }, TimeSpan.FromSeconds(30));

        Assert.Equal(("me", TimeSpan.FromSeconds(1), Start), (identity.Id, identity.SoftStopTimeout, identity.StartedAt));
        Assert.Equal(Timeout.InfiniteTimeSpan, Identity(new RiverOptions(), Timeout.InfiniteTimeSpan).SoftStopTimeout);
    }

    private static ClientIdentity Identity(RiverOptions options, TimeSpan shutdown) =>
        new(Options.Create(options), new FakeTimeProvider(Start), new Randomness(1), Options.Create(new HostOptions { ShutdownTimeout = shutdown }));
}
