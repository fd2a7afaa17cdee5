using Npgsql;
using River.Postgres.Connections;

namespace River.Postgres;

/// <summary>Makes data sources from connection strings, with only what River uses, so that the rest can be trimmed away.</summary>
internal static class PostgresSource
{
    /// <summary>Npgsql's limit for opening a connection, in seconds.</summary>
    private const int LongestTimeout = 1_024;

    public static NpgsqlDataSource Build(string connectionString, RiverOptions options)
    {
        var settings = ConnectionText.Parse(connectionString);
        if (!settings.ShouldSerialize("Timeout"))
            settings.Timeout = (int)Math.Clamp(Math.Ceiling(options.StatementTimeout.TotalSeconds), 1, LongestTimeout);
        settings.ApplicationName ??= "River";
        // River leaves nothing in a session that it gives back, so a reset would be one more transaction for nothing.
        settings.NoResetOnClose = true;
        if (options.PollOnly)
        {
            // A pooler in transaction mode gives each transaction another session.
            settings.MaxAutoPrepare = 0;
        }
        else if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = 20;
            settings.AutoPrepareMinUsages = 2;
        }

        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.Build();
    }
}
