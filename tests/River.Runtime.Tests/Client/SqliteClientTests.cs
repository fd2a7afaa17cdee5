using River.Tests.Stores;
using River.Tests.Stores.Sqlite;
using Xunit;

namespace River.Tests.Client;

/// <summary>The client on SQLite.</summary>
public sealed class SqliteClientTests : ClientTests
{
    private protected override async Task<StoreDatabase> CreateDatabaseAsync() =>
        await SqliteDatabase.CreateAsync(TestContext.Current.CancellationToken);
}
