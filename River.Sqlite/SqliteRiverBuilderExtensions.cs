using Microsoft.Extensions.DependencyInjection;
using River.Sqlite;
using River.Sqlite.Connections;

namespace River;

/// <summary>Adds the SQLite store to <see cref="RiverBuilder"/>.</summary>
public static class SqliteRiverBuilderExtensions
{
    /// <summary>
    /// Stores jobs in a SQLite file, which is created if there is none. For the processes of one machine: development,
    /// desktop applications, tests and small services. The application may keep its own tables in the same file, and
    /// enqueue in its own transactions.
    /// </summary>
    /// <param name="river">Says how the client is made.</param>
    /// <param name="connectionString">A Microsoft.Data.Sqlite connection string that names a file, such as <c>Data Source=river.db</c>. The application references a native engine, such as the package SQLitePCLRaw.bundle_e_sqlite3.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">It isn't a connection string, or it asks for an in-memory, read-only or shared-cache database.</exception>
    public static RiverBuilder UseSqlite(this RiverBuilder river, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(river);
        SqliteFile.Parse(connectionString);
        return river.UseStore((services, options) => new SqliteStore(
            new SqliteFile(connectionString, options.StatementTimeout),
            services.GetService<TimeProvider>() ?? TimeProvider.System));
    }
}
