using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using River.EntityFrameworkCore.Saving;

namespace River;

/// <summary>Lets a context's <c>SaveChanges</c> take jobs along.</summary>
public static class RiverDbContextOptionsExtensions
{
    /// <summary>Lets jobs that are enqueued through <c>jobs.In(context)</c> be inserted by the context's <c>SaveChanges</c>.</summary>
    /// <param name="options">The context's options.</param>
    /// <returns>The options.</returns>
    public static DbContextOptionsBuilder UseRiver(this DbContextOptionsBuilder options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ((IDbContextOptionsBuilderInfrastructure)options).AddOrUpdateExtension(new RiverOptionsExtension());
        return options;
    }

    /// <summary>Lets jobs that are enqueued through <c>jobs.In(context)</c> be inserted by the context's <c>SaveChanges</c>.</summary>
    /// <typeparam name="TContext">The context's type.</typeparam>
    /// <param name="options">The context's options.</param>
    /// <returns>The options.</returns>
    public static DbContextOptionsBuilder<TContext> UseRiver<TContext>(this DbContextOptionsBuilder<TContext> options)
        where TContext : DbContext
    {
        UseRiver((DbContextOptionsBuilder)options);
        return options;
    }
}
