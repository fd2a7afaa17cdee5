using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace River.Sqlite.Connections;

/// <summary>A transaction that the application opened, on a connection of its own to the same file.</summary>
internal static class CallerTransaction
{
    /// <exception cref="ArgumentException">It is of another provider, on another file, or over.</exception>
    public static Session Session(DbTransaction transaction, SqliteFile file) => Connections.Session.In(Check(transaction, file));

    /// <exception cref="ArgumentException">It is of another provider, on another file, or over.</exception>
    public static SqliteTransaction Check(DbTransaction transaction, SqliteFile file)
    {
        if (transaction is not SqliteTransaction sqlite)
            throw new ArgumentException($"The jobs are in a SQLite file, so the transaction must be a SqliteTransaction; this one is a {transaction.GetType().Name}.", nameof(transaction));
        if (sqlite.Connection is not { } connection)
            throw new ArgumentException("The transaction is over: it was committed, rolled back or disposed.", nameof(transaction));
        if (!file.IsFileOf(connection))
            throw new ArgumentException($"The transaction is on '{connection.DataSource}', but the jobs are in '{file.Path}'; one transaction can't span both.", nameof(transaction));
        return sqlite;
    }
}
