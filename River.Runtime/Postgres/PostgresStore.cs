using Npgsql;
using River.Storage;

namespace River.Postgres;

internal static class PostgresStore
{
    public static Func<IServiceProvider, RiverOptions, JobStore> ForConnectionString(string connectionString) =>
        throw new NotSupportedException(connectionString);

    public static Func<IServiceProvider, RiverOptions, JobStore> ForDataSource(NpgsqlDataSource dataSource) =>
        throw new NotSupportedException(dataSource.ConnectionString);
}
