using Xunit;

namespace River.Tests.Stores.Sqlite;

/// <summary>The conformance suite on SQLite.</summary>
public sealed class SqliteStoreTests : StoreConformance
{
    private protected override async Task<StoreDatabase> CreateDatabaseAsync() => await SqliteDatabase.CreateAsync(TestContext.Current.CancellationToken);
}
