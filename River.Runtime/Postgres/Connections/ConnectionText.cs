using Npgsql;

namespace River.Postgres.Connections;

/// <summary>Reads what applications give as a connection: Npgsql's keywords, or a <c>postgres://</c> URL.</summary>
internal static class ConnectionText
{
    /// <exception cref="ArgumentException">The text is neither.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, nameof(text));
        var builder = IsUrl(text) ? FromUrl(text) : new NpgsqlConnectionStringBuilder(text);
        if (string.IsNullOrEmpty(builder.Host))
            throw new ArgumentException("The connection string names no host. Give one like \"Host=localhost;Database=app;Username=app;Password=…\" or postgres://app:…@localhost/app.", nameof(text));
        return builder;
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder FromUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
            throw new ArgumentException("The postgres:// URL can't be read; write it as postgres://user:password@host:port/database, with special characters in user and password percent-encoded.", nameof(text));

        var builder = new NpgsqlConnectionStringBuilder { Host = url.Host.Length == 0 ? "localhost" : url.Host };
        if (url.Port > 0)
            builder.Port = url.Port;
        var (user, password) = Split(url.UserInfo, ':');
        if (user.Length > 0)
            builder.Username = Uri.UnescapeDataString(user);
        if (password is not null)
            builder.Password = Uri.UnescapeDataString(password);
        if (url.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(pair, '=');
            Set(builder, name, Uri.UnescapeDataString(value ?? ""));
        }

        return builder;
    }

    /// <summary>Takes libpq's names as well as Npgsql's own.</summary>
    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        switch (name)
        {
            case "sslmode":
                builder["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal);
                break;
            case "connect_timeout":
                builder["Timeout"] = value;
                break;
            case "application_name":
                builder.ApplicationName = value;
                break;
            case "host":
                builder.Host = value;
                break;
            case "user":
                builder.Username = value;
                break;
            case "options":
                builder.Options = value;
                break;
            case "search_path":
                builder.SearchPath = value;
                break;
            case "sslrootcert":
                builder.RootCertificate = value;
                break;
            case "sslcert":
                builder.SslCertificate = value;
                break;
            case "sslkey":
                builder.SslKey = value;
                break;
            default:
                builder[name] = value;
                break;
        }
    }

    private static (string Name, string? Value) Split(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }
}
