namespace River.TestSupport.Postgres;

/// <summary>Tests need PostgreSQL, and there is none to be had.</summary>
public sealed class PostgresUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    internal static PostgresUnavailableException NothingFound() => new(
        "These tests need a PostgreSQL server. Provide one of: "
        + $"(1) a URL in {PostgresUrl.Variable} or {PostgresUrl.CommonVariable}, for a role that may create databases; "
        + "(2) on Linux and macOS, PostgreSQL's server binaries on this machine (initdb and postgres on PATH or in the distribution's folder; "
        + "on Debian: apt-get install postgresql), from which a private cluster is started; "
        + "(3) a container engine, with dotnet test -p:UseTestcontainers=true.");
}
