using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace River.EntityFrameworkCore.Tests;

/// <summary>A database of a test's own, which holds the shop's tables and River's.</summary>
public abstract class ShopDatabase : IAsyncDisposable
{
    public abstract Task CreateAsync(CancellationToken cancellationToken);

    public abstract RiverBuilder Use(RiverBuilder river);

    /// <param name="options">The shop's options.</param>
    /// <param name="retries">Whether what fails by a <see cref="TimeoutException"/> is tried again.</param>
    public abstract void Use(DbContextOptionsBuilder options, bool retries);

    public abstract void Use(DbContextOptionsBuilder options, DbConnection connection);

    /// <summary>A connection as the application opens one, not open yet.</summary>
    public abstract DbConnection Connect();

    public abstract ValueTask DisposeAsync();
}
