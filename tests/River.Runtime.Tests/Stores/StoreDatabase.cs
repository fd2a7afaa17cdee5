using System.Data.Common;
using River.Storage;

namespace River.Tests.Stores;

/// <summary>A database of one test's own, migrated and empty.</summary>
internal abstract class StoreDatabase : IAsyncDisposable
{
    /// <summary>Makes a store on it, as another process would; the caller disposes it.</summary>
    public abstract JobStore NewStore();

    /// <summary>Opens a connection as an application would for its own tables.</summary>
    public abstract Task<DbConnection> ConnectAsync();

    public abstract ValueTask DisposeAsync();
}
