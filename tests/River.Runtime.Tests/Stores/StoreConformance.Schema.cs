using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_migrated_database_is_valid_and_migrating_again_does_nothing()
    {
        await Store.Schema.ValidateAsync(Token);

        Assert.Empty(await Store.Schema.MigrateAsync(Token));
        await Store.Schema.ValidateAsync(Token);
    }

    [Fact]
    public async Task Two_may_migrate_at_once() =>
        Assert.All(await Task.WhenAll(Store.Schema.MigrateAsync(Token), Other.Schema.MigrateAsync(Token)), Assert.Empty);
}
