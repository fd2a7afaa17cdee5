using System.Globalization;
using System.Text;
using Npgsql;
using River.Postgres.Connections;
using River.Postgres.Migrating;

namespace River;

/// <summary>
/// Brings River's tables in a PostgreSQL database to a version, or takes them back: River's own migrations, line
/// <c>main</c>, exactly as its other clients apply them, and this library's, line <c>dotnet</c>, on top. Several
/// processes may run it at once; each version is applied once, in a transaction of its own.
/// </summary>
public sealed class RiverMigrator : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly RiverMigratorOptions _options;
    private readonly bool _ownsDatabase;

    /// <summary>Makes a migrator.</summary>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URL.</param>
    /// <param name="options">How to migrate; null for the defaults.</param>
    /// <exception cref="ArgumentException">The text is neither.</exception>
    public RiverMigrator(string connectionString, RiverMigratorOptions? options = null)
        : this(Postgres.PostgresSource.Build(connectionString, new RiverOptions()), ownsSource: true, options)
    {
    }

    /// <summary>Makes a migrator.</summary>
    /// <param name="dataSource">The application's data source; it isn't disposed.</param>
    /// <param name="options">How to migrate; null for the defaults.</param>
    public RiverMigrator(NpgsqlDataSource dataSource, RiverMigratorOptions? options = null)
        : this(dataSource, ownsSource: false, options)
    {
    }

    internal RiverMigrator(PostgresDatabase database, RiverMigratorOptions options)
    {
        _database = database;
        _options = options;
    }

    private RiverMigrator(NpgsqlDataSource source, bool ownsSource, RiverMigratorOptions? options)
        : this(new PostgresDatabase(source, ownsSource, new RiverOptions { Schema = options?.Schema }, static () => null), options ?? new RiverMigratorOptions()) =>
        _ownsDatabase = true;

    /// <summary>
    /// Applies what is missing. At the newest version, the table of jobs then gets the indexes and settings that
    /// <see cref="RiverMigratorOptions.Indexes"/> and <see cref="RiverMigratorOptions.TableSettings"/> ask for.
    /// </summary>
    /// <param name="target">The version of <c>main</c> to stop at, 1 to 7; null for the newest, with line <c>dotnet</c> on top.</param>
    /// <param name="cancellationToken">Gives up; the version under way is rolled back.</param>
    /// <returns>What was applied by this call, in order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such version.</exception>
    /// <exception cref="StoreException">The database can't be reached, or refuses.</exception>
    public async Task<IReadOnlyList<RiverMigration>> MigrateUpAsync(int? target = null, CancellationToken cancellationToken = default)
    {
        var latest = MigrationStep.Latest(MigrationStep.Main);
        var last = target ?? latest;
        ArgumentOutOfRangeException.ThrowIfLessThan(last, 1, nameof(target));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, latest, nameof(target));
        var done = await RunAsync(
            MigrationDirection.Up,
            applied => MigrationStep.All.FirstOrDefault(step =>
                !IsApplied(applied, step) && (step.IsOf(MigrationStep.Main) ? step.Version <= last : last == latest)),
            cancellationToken).ConfigureAwait(false);
        if (last == latest)
            await new Tuning(_database, _options, await SchemaAsync(cancellationToken).ConfigureAwait(false)).ApplyAsync(cancellationToken).ConfigureAwait(false);
        return done;
    }

    /// <summary>Reverts what is newer than a version. Tables and columns that only newer versions have are dropped, with what is in them.</summary>
    /// <param name="line"><c>main</c> or <c>dotnet</c>. Before anything of <c>main</c>, all of <c>dotnet</c> is reverted.</param>
    /// <param name="target">The version to go back to; 0 removes the line.</param>
    /// <param name="cancellationToken">Gives up; the version under way is rolled back.</param>
    /// <returns>What was reverted by this call, in order.</returns>
    /// <exception cref="ArgumentException">There is no such line or version.</exception>
    /// <exception cref="StoreException">The database can't be reached, or refuses.</exception>
    public Task<IReadOnlyList<RiverMigration>> MigrateDownAsync(string line, int target, CancellationToken cancellationToken = default)
    {
        CheckLine(line);
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target, MigrationStep.Latest(line));
        return RunAsync(MigrationDirection.Down, applied => NextDown(applied, line, target), cancellationToken);
    }

    /// <summary>Looks whether every version that this library needs has been applied.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when everything is there.</returns>
    /// <exception cref="SchemaVersionException">Versions are missing; the message names them and says what to do.</exception>
    /// <exception cref="StoreException">The database can't be reached, or refuses.</exception>
    public async Task ValidateAsync(CancellationToken cancellationToken = default)
    {
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        var migrations = await ListAsync(cancellationToken).ConfigureAwait(false);
        var missing = migrations.Where(migration => migration.AppliedAt is null).ToArray();
        if (missing.Length == 0)
            return;

        var found = missing.Length == migrations.Count
            ? $"River's tables are missing from schema '{schema.Name}'"
            : $"River's tables in schema '{schema.Name}' are of an older version: {string.Join(", ", missing.Select(migration => $"{migration.Line} {migration.Version} ({migration.Name})"))} missing";
        throw new SchemaVersionException($"{found}. {PostgresErrors.SchemaVersionAdvice}");
    }

    /// <summary>Lists the versions that this library knows and those that are applied, each line in order.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The versions; <see cref="RiverMigration.AppliedAt"/> tells which are applied.</returns>
    /// <exception cref="StoreException">The database can't be reached, or refuses.</exception>
    public async Task<IReadOnlyList<RiverMigration>> ListAsync(CancellationToken cancellationToken = default)
    {
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        var connection = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var applied = await AppliedVersions.ReadAsync(_database, connection, transaction: null, schema, cancellationToken).ConfigureAwait(false);
        var waiting = MigrationStep.All.Where(step => !IsApplied(applied, step)).Select(step => new RiverMigration(step.Line, step.Version, step.Name, AppliedAt: null));
        return [.. applied.Concat(waiting).OrderBy(migration => IsMain(migration.Line) ? 0 : 1).ThenBy(migration => migration.Line, StringComparer.Ordinal).ThenBy(migration => migration.Version)];
    }

    /// <summary>Writes the SQL of migrations out, for review or for another tool to run. Nothing is asked of a database.</summary>
    /// <param name="direction">Which way.</param>
    /// <param name="from">The version that the database is at: 0 for none.</param>
    /// <param name="to">The version to reach: greater than <paramref name="from"/> going up, smaller going down. Default: the newest going up, 0 going down.</param>
    /// <param name="line"><c>main</c> or <c>dotnet</c>. Line <c>dotnet</c> goes up after, and down before, line <c>main</c>.</param>
    /// <returns>One transaction for each version. Names are qualified if <see cref="RiverMigratorOptions.Schema"/> is set.</returns>
    /// <exception cref="ArgumentException">There is no such line or version, or the versions go the other way.</exception>
    public string Script(MigrationDirection direction, int from, int? to = null, string line = MigrationStep.Main)
    {
        CheckLine(line);
        var up = direction == MigrationDirection.Up;
        var (low, high) = up ? (from, to ?? MigrationStep.Latest(line)) : (to ?? 0, from);
        ArgumentOutOfRangeException.ThrowIfNegative(low, up ? nameof(from) : nameof(to));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(high, MigrationStep.Latest(line), up ? nameof(to) : nameof(from));
        ArgumentOutOfRangeException.ThrowIfLessThan(high, low, up ? nameof(to) : nameof(from));

        var schema = _options.Schema is null ? null : SchemaName.FromOptions(_options.Schema);
        var steps = MigrationStep.All.Where(step => step.IsOf(line) && step.Version > low && step.Version <= high);
        var script = new StringBuilder();
        foreach (var step in up ? steps : steps.Reverse())
            script.Append(CultureInfo.InvariantCulture, $"-- {step.Line} {step.Version}, {(up ? "up" : "down")}: {step.Name}\nBEGIN;\n\n{step.Sql(direction, schema)}\nCOMMIT;\n\n");
        return script.ToString();
    }

    /// <summary>Closes the data source if this migrator made it.</summary>
    /// <returns>A task that ends when that is done.</returns>
    public ValueTask DisposeAsync() => _ownsDatabase ? _database.DisposeAsync() : ValueTask.CompletedTask;

    private async Task<IReadOnlyList<RiverMigration>> RunAsync(
        MigrationDirection direction, Func<IReadOnlyList<RiverMigration>, MigrationStep?> next, CancellationToken cancellationToken)
    {
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        var run = new MigrationRun(_database, _options, schema, createSchema: direction == MigrationDirection.Up && _options.Schema is not null);
        var done = new List<RiverMigration>();
        while (await run.StepAsync(direction, next, cancellationToken).ConfigureAwait(false) is { } migration)
            done.Add(migration);
        return done;
    }

    private async Task<SchemaName> SchemaAsync(CancellationToken cancellationToken) =>
        (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schema;

    private static MigrationStep? NextDown(IReadOnlyList<RiverMigration> applied, string line, int target)
    {
        var newest = applied.Where(migration => string.Equals(migration.Line, line, StringComparison.Ordinal)).Select(migration => migration.Version).DefaultIfEmpty().Max();
        if (newest <= target)
            return null;
        // Our own line stands on River's.
        if (IsMain(line) && NextDown(applied, MigrationStep.DotNet, 0) is { } first)
            return first;
        return MigrationStep.All.SingleOrDefault(step => step.IsOf(line) && step.Version == newest)
            ?? throw new SchemaVersionException($"Version {newest} of line '{line}' was applied by a newer River, which alone can revert it. Revert it with that one first.");
    }

    private static bool IsMain(string line) => string.Equals(line, MigrationStep.Main, StringComparison.Ordinal);

    private static bool IsApplied(IReadOnlyList<RiverMigration> applied, MigrationStep step) =>
        applied.Any(migration => step.IsOf(migration.Line) && migration.Version == step.Version);

    private static void CheckLine(string line)
    {
        if (line is not (MigrationStep.Main or MigrationStep.DotNet))
            throw new ArgumentException($"There is no line '{line}'; the lines are 'main' and 'dotnet'.", nameof(line));
    }
}
