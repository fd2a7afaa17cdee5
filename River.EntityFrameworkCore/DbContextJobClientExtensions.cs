using Microsoft.EntityFrameworkCore;
using River.EntityFrameworkCore;

namespace River;

/// <summary>Binds a client to an EF Core context.</summary>
public static class DbContextJobClientExtensions
{
    /// <summary>
    /// Binds the client to a context: what it enqueues joins the context's current transaction or, without one, its
    /// next <c>SaveChanges</c>, and is there when that commits, or never.
    /// </summary>
    /// <param name="jobs">The client.</param>
    /// <param name="context">A context on the database that holds River's tables, set up with <see cref="RiverDbContextOptionsExtensions.UseRiver(DbContextOptionsBuilder)"/>.</param>
    /// <returns>
    /// A client for use with this context only, and like it not for concurrent use. An enqueue that would join a save of a context
    /// that was set up without <c>UseRiver()</c> throws an <see cref="InvalidOperationException"/>; so does what can't wait for a
    /// save, such as a cancel, without an open transaction.
    /// </returns>
    public static IDbContextJobClient In(this IJobClient jobs, DbContext context)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(context);
        return new DbContextJobClient(jobs, context);
    }
}
