using River.Postgres.Connections;

namespace River.Postgres.Sql;

/// <summary>Every statement, with the tables of one schema.</summary>
internal sealed class Statements
{
    public Statements(SchemaName schema)
    {
        Schema = schema;
        var fragments = new Fragments(schema);
        Jobs = new JobSql(fragments);
        Filters = new FilterSql(fragments);
        Claims = new ClaimSql(fragments);
        Due = new DueSql(fragments);
        Queues = new QueueSql(fragments);
        Schedules = new ScheduleSql(fragments);
        Lease = new LeaseSql(fragments);
        Upkeep = new UpkeepSql(fragments);
        Presence = new PresenceSql(fragments);
    }

    public SchemaName Schema { get; }

    public JobSql Jobs { get; }

    public FilterSql Filters { get; }

    public ClaimSql Claims { get; }

    public DueSql Due { get; }

    public QueueSql Queues { get; }

    public ScheduleSql Schedules { get; }

    public LeaseSql Lease { get; }

    public UpkeepSql Upkeep { get; }

    public PresenceSql Presence { get; }
}
