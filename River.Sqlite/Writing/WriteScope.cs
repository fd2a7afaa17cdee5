using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Storage;

namespace River.Sqlite.Writing;

/// <summary>What one operation writes with: a session inside a transaction, the time, and a place for what to tell.</summary>
internal sealed class WriteScope(Session session, long now)
{
    // Inner to a transaction of ours or of the caller's: what fails is undone without hurting the rest.
    private const string Begin = "SAVEPOINT river_operation";
    private const string Undo = "ROLLBACK TO river_operation";
    private const string End = "RELEASE river_operation";

    private readonly List<Notification> _notifications = [];
    private readonly HashSet<string> _queues = new(StringComparer.Ordinal);
    private TimeSpan _soonest = DueSoon.LookInterval;

    public Session Session => session;

    /// <summary>The database's time, in microseconds.</summary>
    public long Now => now;

    /// <summary>What to tell; of a scope whose work failed, nothing is told.</summary>
    public IReadOnlyCollection<Notification> Notifications =>
        _soonest < DueSoon.LookInterval ? [.. _notifications, Notification.JobDue(_soonest)] : _notifications;

    /// <summary>Tells the clients when the transaction commits.</summary>
    public void Notify(Notification notification) => _notifications.Add(notification);

    /// <summary>Tells them, once, that a queue has new available jobs.</summary>
    public void NotifyAvailable(string queue)
    {
        if (_queues.Add(queue))
            Notify(Notification.JobsAvailable(queue));
    }

    /// <summary>Tells the leader, once, of the job that is due first, when that is before it looks anyway.</summary>
    public void NotifyDue(TimeSpan wait)
    {
        if (wait < _soonest)
            _soonest = wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Does all of the work or none of it.</summary>
    public T Run<T>(Func<WriteScope, T> work)
    {
        session[Begin].Run();
        try
        {
            var result = work(this);
            session[End].Run();
            return result;
        }
        catch
        {
            // After errors such as a full disk SQLite has undone the whole transaction already.
            if (session.InTransaction)
            {
                session[Undo].Run();
                session[End].Run();
            }

            throw;
        }
    }
}
