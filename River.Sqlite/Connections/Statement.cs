using Microsoft.Data.Sqlite;

namespace River.Sqlite.Connections;

/// <summary>One prepared statement of a session. Values are bound by name; each run begins a new time limit.</summary>
internal sealed class Statement(SqliteCommand command, Session session) : IDisposable
{
    public Statement Bind(string name, object? value)
    {
        var index = command.Parameters.IndexOf(name);
        if (index < 0)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        else
            command.Parameters[index].Value = value ?? DBNull.Value;
        return this;
    }

    /// <summary>Runs it for its effect.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run()
    {
        session.RestartTimer();
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs it for its rows; the reader must be disposed before the statement runs again.</summary>
    public SqliteDataReader Read()
    {
        session.RestartTimer();
        return command.ExecuteReader();
    }

    /// <summary>Runs it for the first column of its first row.</summary>
    /// <returns>The value; null for none or NULL.</returns>
    public object? Value()
    {
        session.RestartTimer();
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }

    public void Dispose() => command.Dispose();
}
