namespace River.Storage;

/// <summary>River's tables and their versions, in two lines: River's own <c>main</c>, and ours, <c>dotnet</c>.</summary>
internal interface ISchema
{
    /// <summary>Applies what is missing of both lines, guarded against other processes that do the same.</summary>
    /// <returns>What was applied.</returns>
    Task<IReadOnlyList<AppliedMigration>> MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Looks whether everything that this library needs has been applied.</summary>
    /// <exception cref="SchemaVersionException">Something is missing; the message says what and what to do.</exception>
    Task ValidateAsync(CancellationToken cancellationToken);
}

/// <param name="Line"><c>main</c> or <c>dotnet</c>.</param>
/// <param name="Version">From 1.</param>
/// <param name="Name">What it does, in a few words.</param>
internal sealed record AppliedMigration(string Line, int Version, string Name);
