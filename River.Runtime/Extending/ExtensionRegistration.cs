using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace River.Extending;

/// <summary>That a class of middleware or hooks is used, and how it is made.</summary>
internal abstract class ExtensionRegistration
{
    private protected ExtensionRegistration(Type type) => Type = type;

    /// <summary>The class.</summary>
    public Type Type { get; }

    public static ExtensionRegistration For<TExtension>(Func<IServiceProvider, TExtension> create)
        where TExtension : class, IRiverExtension =>
        new ExtensionRegistration<TExtension>(lifetime => ServiceDescriptor.Describe(typeof(TExtension), create, lifetime));

    public static ExtensionRegistration For<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TExtension>()
        where TExtension : class, IRiverExtension =>
        new ExtensionRegistration<TExtension>(static lifetime => ServiceDescriptor.Describe(typeof(TExtension), typeof(TExtension), lifetime));

    /// <summary>Whether the class takes a part, such as that of middleware.</summary>
    public bool Is<TPart>()
        where TPart : IRiverExtension => typeof(TPart).IsAssignableFrom(Type);

    /// <summary>Adds the class to the container; a registration of the application's own stays in force.</summary>
    public abstract void AddServices(IServiceCollection services);

    public abstract IRiverExtension Resolve(IServiceProvider services);
}

internal sealed class ExtensionRegistration<TExtension>(Func<ServiceLifetime, ServiceDescriptor> describe) : ExtensionRegistration(typeof(TExtension))
    where TExtension : class, IRiverExtension
{
    // What takes part in inserts is asked for outside every scope; what only works jobs may want the attempt's services.
    private static readonly ServiceLifetime Lifetime =
        typeof(IInsertMiddleware).IsAssignableFrom(typeof(TExtension)) || typeof(IInsertBeginHook).IsAssignableFrom(typeof(TExtension))
            ? ServiceLifetime.Singleton
            : ServiceLifetime.Scoped;

    public override void AddServices(IServiceCollection services) => services.TryAdd(describe(Lifetime));

    public override IRiverExtension Resolve(IServiceProvider services) => services.GetRequiredService<TExtension>();
}
