using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqliteSchema(SqliteFile file, Changes changes) : ISchema
{
    private static readonly Step[] Steps =
    [
        new(new AppliedMigration("main", 7, "River's tables, as of its version 7"), SchemaSql.Main7),
        new(new AppliedMigration("dotnet", 1, "schedules"), SchemaSql.DotNet1),
        new(new AppliedMigration("dotnet", 2, "heartbeats, leases, paused and triggered schedules"), SchemaSql.DotNet2),
    ];

    public Task<IReadOnlyList<AppliedMigration>> MigrateAsync(CancellationToken cancellationToken) =>
        changes.WriteAsync<IReadOnlyList<AppliedMigration>>(scope =>
        {
            scope.Session[SchemaSql.CreateMigrations].Run();
            var versions = Versions(scope.Session);
            RefuseNewer(versions);
            return [.. Steps.Where(step => step.Migration.Version > versions.GetValueOrDefault(step.Migration.Line)).Select(step => Apply(scope, step))];
        }, cancellationToken);

    public Task ValidateAsync(CancellationToken cancellationToken) =>
        changes.ReadAsync(session =>
        {
            var versions = session[SchemaSql.HasMigrations].Value() is null ? [] : Versions(session);
            if (versions.Count == 0)
                throw new SchemaVersionException(SqliteErrors.Missing(file.Path));
            RefuseNewer(versions);
            var missing = Array.FindAll(Steps, step => step.Migration.Version > versions.GetValueOrDefault(step.Migration.Line));
            return missing.Length == 0
                ? true
                : throw new SchemaVersionException($"The SQLite file '{file.Path}' lacks {string.Join(" and ", missing.Select(step => $"version {step.Migration.Version} of line '{step.Migration.Line}' ({step.Migration.Name})"))}. Call MigrateOnStart() on the builder.");
        }, transaction: null, cancellationToken);

    private static AppliedMigration Apply(WriteScope scope, Step step)
    {
        foreach (var sql in step.Sql)
            scope.Session[sql].Run();
        scope.Session[SchemaSql.AddVersion].Bind("@line", step.Migration.Line).Bind("@version", step.Migration.Version).Bind("@now", scope.Now).Run();
        return step.Migration;
    }

    private static Dictionary<string, int> Versions(Session session) =>
        JobColumns.Many(session[SchemaSql.Versions], row => (Line: row.GetString(0), Version: row.GetInt32(1)))
            .ToDictionary(line => line.Line, line => line.Version, StringComparer.Ordinal);

    private void RefuseNewer(Dictionary<string, int> versions)
    {
        foreach (var newest in Steps.GroupBy(step => step.Migration.Line, StringComparer.Ordinal).Select(line => line.Last().Migration))
        {
            if (versions.GetValueOrDefault(newest.Line) is var version && version > newest.Version)
                throw new SchemaVersionException($"The SQLite file '{file.Path}' is at version {version} of line '{newest.Line}', this library knows {newest.Version}: it was migrated by a newer River.Sqlite. Update the package.");
        }
    }

    private sealed record Step(AppliedMigration Migration, string[] Sql);
}
