using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace River.Postgres.Connections;

/// <summary>Makes commands and reads what they return.</summary>
internal static class Commands
{
    public static NpgsqlBatchCommand Of(string text) => new(text);

    /// <summary>Adds the next positional parameter.</summary>
    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, NpgsqlDbType type, object? value)
    {
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        return command;
    }

    /// <summary>Adds the moment that stands in for the database's clock, or null for the clock itself.</summary>
    public static NpgsqlBatchCommand WithClock(this NpgsqlBatchCommand command, DateTimeOffset? now) =>
        command.With(NpgsqlDbType.TimestampTz, now?.ToUniversalTime());

    public static async Task<List<T>> ListAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, int capacity = 0)
    {
        var rows = new List<T>(capacity);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Takes the caller's transaction for one of ours.</summary>
    /// <exception cref="ArgumentException">It belongs to another provider or is over.</exception>
    public static NpgsqlTransaction Own(DbTransaction transaction) => transaction switch
    {
        NpgsqlTransaction npgsql when IsOpen(npgsql) => npgsql,
        NpgsqlTransaction => throw new ArgumentException("The transaction is over: it was committed, rolled back or disposed. Enqueue before that.", nameof(transaction)),
        _ => throw new ArgumentException($"River's jobs are in PostgreSQL, so the transaction must be an NpgsqlTransaction; this one is a {transaction.GetType()}.", nameof(transaction)),
    };

    private static bool IsOpen(NpgsqlTransaction transaction)
    {
        try
        {
            // The only public member that looks: after a commit the connection is still given, and statements on it would
            // be committed by themselves.
            _ = transaction.IsolationLevel;
            return transaction.Connection is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
