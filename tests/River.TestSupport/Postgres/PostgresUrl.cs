using Npgsql;

namespace River.TestSupport.Postgres;

/// <summary>Reads a server's address from the environment: a <c>postgres://</c> URL or an Npgsql connection string.</summary>
public static class PostgresUrl
{
    public const string Variable = "RIVER_TEST_POSTGRES_URL";
    public const string CommonVariable = "DATABASE_URL";

    /// <summary>Whether the environment gives a server.</summary>
    public static bool IsGiven => FromEnvironment() is not null;

    internal static string? FromEnvironment() =>
        new[] { Variable, CommonVariable }
            .Select(Environment.GetEnvironmentVariable)
            .Where(value => !string.IsNullOrWhiteSpace(value))
            .Select(value => ToConnectionString(value!))
            .FirstOrDefault();

    /// <summary>Turns <c>postgres://user:password@host:port/database?sslmode=require</c> into Npgsql's form; that form stays as it is.</summary>
    public static string ToConnectionString(string value)
    {
        if (!value.StartsWith("postgres://", StringComparison.Ordinal) && !value.StartsWith("postgresql://", StringComparison.Ordinal))
            return value;

        var url = new Uri(value);
        var user = url.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host.Length == 0 ? "localhost" : url.Host,
            Port = url.Port > 0 ? url.Port : NpgsqlConnection.DefaultPort,
        };
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2)
            builder.Password = Uri.UnescapeDataString(user[1]);
        if (url.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, setting) = pair.Split('=', 2) is [var n, var s] ? (n, Uri.UnescapeDataString(s)) : (pair, "true");
            // libpq writes sslmode=verify-full where Npgsql's enum is VerifyFull.
            builder[name] = name is "sslmode" ? setting.Replace("-", "", StringComparison.Ordinal) : setting;
        }
        return builder.ConnectionString;
    }
}
