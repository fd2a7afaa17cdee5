using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;

namespace River.Sqlite.Writing;

/// <summary>Notifications as rows: written with the change that they tell of, read by listeners of every process.</summary>
internal static class Outbox
{
    public static void Add(Session session, IEnumerable<Notification> notifications, long now)
    {
        foreach (var (topic, payload) in notifications)
            session[OutboxSql.Add].Bind("@now", now).Bind("@topic", topic).Bind("@payload", payload).Run();
    }

    /// <summary>The number of the latest line ever written.</summary>
    public static long Last(Session session) => session[OutboxSql.Last].Value() as long? ?? 0;

    public static long ChangeCounter(Session session) => (long)session[OutboxSql.ChangeCounter].Value()!;

    public static List<(long Id, Notification Notification)> After(Session session, long id) =>
        JobColumns.Many(
            session[OutboxSql.After].Bind("@after", id),
            row => (row.GetInt64(0), new Notification(row.GetString(1), row.GetString(2))));
}
