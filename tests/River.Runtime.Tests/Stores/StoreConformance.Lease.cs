using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task One_of_many_candidates_leads()
    {
        var terms = await Task.WhenAll(Enumerable.Range(0, 10).Select(number =>
            (number % 2 == 0 ? Store : Other).Lease.LeadAsync($"client {number}", LeaseDuration, Token)));

        var term = Assert.Single(terms, term => term is not null);
        Assert.Equal(Clock.Now, term!.ElectedAt);
        Assert.Null(await Store.Lease.LeadAsync("latecomer", LeaseDuration, Token));
    }

    [Fact]
    public async Task An_expired_lease_is_taken_over()
    {
        var first = await LeadAsync("first", LeaseDuration);
        Clock.Advance(LeaseDuration);
        Assert.Null(await Other.Lease.LeadAsync("second", LeaseDuration, Token));

        Clock.Advance(TimeSpan.FromMicroseconds(1));

        Assert.Equal(new LeaderTerm("second", Clock.Now), await Other.Lease.LeadAsync("second", LeaseDuration, Token));
        Assert.False(await Store.Lease.RenewAsync(first, LeaseDuration, Token));
    }

    [Fact]
    public async Task A_renewed_lease_lasts_from_the_renewal()
    {
        var term = await LeadAsync("first", LeaseDuration);
        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await Store.Lease.RenewAsync(term, LeaseDuration, Token));
        Clock.Advance(TimeSpan.FromSeconds(14));
        Assert.Null(await Store.Lease.LeadAsync("second", LeaseDuration, Token));
        Assert.True(await Store.Lease.RenewAsync(term, LeaseDuration, Token));
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_not_renewed_even_if_nobody_took_it()
    {
        var term = await LeadAsync("first", LeaseDuration);
        Clock.Advance(LeaseDuration + TimeSpan.FromSeconds(1));

        Assert.False(await Store.Lease.RenewAsync(term, LeaseDuration, Token));
    }

    [Fact]
    public async Task An_earlier_term_of_the_same_client_can_neither_renew_nor_resign()
    {
        var first = await LeadAsync("leader", LeaseDuration);
        Clock.Advance(LeaseDuration + TimeSpan.FromSeconds(1));
        var second = await LeadAsync("leader", LeaseDuration);

        Assert.False(await Store.Lease.RenewAsync(first, LeaseDuration, Token));
        await Store.Lease.ResignAsync(first, Token);

        Assert.True(await Store.Lease.RenewAsync(second, LeaseDuration, Token));
    }

    [Fact]
    public async Task Resigning_lets_another_lead_at_once()
    {
        var first = await LeadAsync("first", LeaseDuration);

        await Store.Lease.ResignAsync(first, Token);

        Assert.NotNull(await Other.Lease.LeadAsync("second", LeaseDuration, Token));
    }
}
