using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresSchema(RiverMigrator migrator) : ISchema
{
    public async Task<IReadOnlyList<AppliedMigration>> MigrateAsync(CancellationToken cancellationToken)
    {
        var applied = await migrator.MigrateUpAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. applied.Select(migration => new AppliedMigration(migration.Line, migration.Version, migration.Name))];
    }

    public Task ValidateAsync(CancellationToken cancellationToken) => migrator.ValidateAsync(cancellationToken);
}
