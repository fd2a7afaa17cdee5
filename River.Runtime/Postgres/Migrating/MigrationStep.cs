using System.Globalization;
using River.Postgres.Connections;

namespace River.Postgres.Migrating;

/// <summary>One version of one line: its statements up and down, as they stand in <c>Postgres/Migrations</c>.</summary>
internal sealed record MigrationStep(string Line, int Version, string Name)
{
    public const string Main = "main";
    public const string DotNet = "dotnet";

    // Before this version the table of versions has no lines.
    private const int FirstWithLine = 5;

    public static readonly IReadOnlyList<MigrationStep> All =
    [
        new(Main, 1, "table of migrations"),
        new(Main, 2, "jobs and leader"),
        new(Main, 3, "tags are never null"),
        new(Main, 4, "pending jobs and queues"),
        new(Main, 5, "migration lines and unique keys"),
        new(Main, 6, "unique states"),
        new(Main, 7, "notification outbox"),
        new(DotNet, 1, "periodic schedules"),
        new(DotNet, 2, "heartbeats, leases, paused and triggered schedules"),
    ];

    public static int Latest(string line) => All.Where(step => step.IsOf(line)).Max(step => step.Version);

    public bool IsOf(string line) => string.Equals(Line, line, StringComparison.Ordinal);

    /// <summary>The statements of one direction, the record of the version included. Without a schema the names aren't qualified.</summary>
    public string Sql(MigrationDirection direction, SchemaName? schema)
    {
        var up = direction == MigrationDirection.Up;
        var name = string.Create(CultureInfo.InvariantCulture, $"Migrations/{Line}/{Version:000}.{(up ? "up" : "down")}.sql");
        using var stream = typeof(MigrationStep).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var statements = reader.ReadToEnd() + (up ? Record() : Forget());
        return schema is null
            ? statements.Replace("{schema}.", "", StringComparison.Ordinal)
            : statements.Replace("{schema}", schema.Quoted, StringComparison.Ordinal);
    }

    private string Record() => IsOf(Main) && Version < FirstWithLine
        ? Invariant($"\nINSERT INTO {{schema}}.river_migration (version) VALUES ({Version});\n")
        : Invariant($"\nINSERT INTO {{schema}}.river_migration (line, version) VALUES ('{Line}', {Version});\n");

    private string Forget()
    {
        if (!IsOf(Main))
            return Invariant($"\nDELETE FROM {{schema}}.river_migration WHERE line = '{Line}' AND version = {Version};\n");
        return Version switch
        {
            1 => "",
            <= FirstWithLine => Invariant($"\nDELETE FROM {{schema}}.river_migration WHERE version = {Version};\n"),
            _ => Invariant($"\nDELETE FROM {{schema}}.river_migration WHERE line = '{Line}' AND version = {Version};\n"),
        };
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
