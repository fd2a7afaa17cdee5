using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using River.Extending;
using River.Registration;
using River.Storage;

namespace River;

/// <summary>Says how a client is made; given to the callback of <c>AddRiver</c> and <c>AddRiverClient</c>.</summary>
public sealed class RiverBuilder
{
    internal RiverBuilder(IServiceCollection services, bool works)
    {
        Services = services;
        Works = works;
    }

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Whether this client works jobs, and not only enqueues them.</summary>
    internal bool Works { get; }

    internal JobRegistry Registry { get; } = new();

    internal Func<IServiceProvider, RiverOptions, JobStore>? Store { get; private set; }

    /// <summary>What is wrong with how the store is set up, before the database is asked.</summary>
    internal Func<IServiceProvider, IEnumerable<string>> StoreFaults { get; private set; } = static _ => [];

    /// <summary>Stores jobs in PostgreSQL, through a data source that River makes, with TLS where the server offers it.</summary>
    /// <param name="connectionString">An Npgsql connection string, or a <c>postgres://</c> URL.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The text is neither.</exception>
    public RiverBuilder UsePostgres(string connectionString)
    {
        var target = Postgres.Connections.ConnectionText.Parse(connectionString);
        return UseStore(Postgres.PostgresStore.ForConnectionString(connectionString), _ => Postgres.PostgresStore.Faults(target, Works));
    }

    /// <summary>Stores jobs in PostgreSQL, through the application's data source; River doesn't dispose it.</summary>
    /// <param name="dataSource">The data source.</param>
    /// <returns>This builder.</returns>
    public RiverBuilder UsePostgres(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return UsePostgres(_ => dataSource);
    }

    /// <summary>Stores jobs in PostgreSQL, through a data source of the application's services; River doesn't dispose it.</summary>
    /// <param name="dataSource">Finds the data source: <c>services => services.GetRequiredService&lt;NpgsqlDataSource&gt;()</c>, or one by its key. Called more than once, also when the configuration is reloaded, and asked for the same one each time.</param>
    /// <returns>This builder.</returns>
    public RiverBuilder UsePostgres(Func<IServiceProvider, NpgsqlDataSource> dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return UseStore(Postgres.PostgresStore.ForDataSource(dataSource), services => Postgres.PostgresStore.Faults(dataSource, services, Works));
    }

    /// <summary>Applies missing migrations before the client starts, safely also when several processes do so at once.</summary>
    /// <returns>This builder.</returns>
    public RiverBuilder MigrateOnStart() => Configure(options => options.MigrateOnStart = true);

    /// <summary>Says how many jobs of a queue this process runs at once, instead of the declaration.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="maxWorkers">0 (not here) to 10,000.</param>
    /// <returns>This builder.</returns>
    public RiverBuilder Work(string queue, int maxWorkers) => Configure(options => options.MaxWorkers[queue] = maxWorkers);

    /// <summary>Says how this process works a queue; what is null is left as declared.</summary>
    /// <param name="queue">The queue's name, or the pattern of a family.</param>
    /// <param name="settings">How it is worked.</param>
    /// <returns>This builder.</returns>
    public RiverBuilder Work(string queue, QueueSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Configure(options =>
        {
            if (settings.MaxWorkers is { } maxWorkers)
                options.MaxWorkers[queue] = maxWorkers;
            if (settings.MinWorkers is { } minWorkers)
                options.MinWorkers[queue] = minWorkers;
            if (settings.JobTimeout is { } timeout)
                options.JobTimeouts[queue] = timeout;
        });
    }

    /// <summary>Lets jobs be enqueued to queues that nothing declares.</summary>
    /// <returns>This builder.</returns>
    public RiverBuilder AllowUndeclaredQueues() => Configure(options => options.AllowUndeclaredQueues = true);

    /// <summary>Changes the client's options, after the configuration section was read; see <see cref="RiverOptions"/>.</summary>
    /// <param name="configure">Changes them; called each time options are made: more than once at the start, and again whenever the configuration is reloaded.</param>
    /// <returns>This builder.</returns>
    public RiverBuilder Configure(Action<RiverOptions> configure)
    {
        Services.Configure(configure);
        return this;
    }

    /// <summary>
    /// Puts middleware or hooks around all jobs: before those of a job's type and of its worker, in the order of the calls; a
    /// second call for the same class changes nothing.
    /// </summary>
    /// <remarks>
    /// Unless the application has registered the class itself, it becomes a scoped service, and a singleton where it takes
    /// part in inserts, which have no scope.
    /// </remarks>
    /// <typeparam name="TExtension">The class; it implements one or several of the extension interfaces.</typeparam>
    /// <returns>This builder.</returns>
    public RiverBuilder Use<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TExtension>()
        where TExtension : class, IRiverExtension
    {
        return Use(ExtensionRegistration.For<TExtension>(), owner: null);
    }

    /// <summary>Puts middleware or hooks around the jobs of one type: inside those for all jobs. See <see cref="Use{TExtension}"/>.</summary>
    /// <typeparam name="TJob">The job's type.</typeparam>
    /// <typeparam name="TExtension">The class; it implements one or several of the extension interfaces.</typeparam>
    /// <returns>This builder.</returns>
    public RiverBuilder UseForJob<TJob, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TExtension>()
        where TJob : IJobArgs<TJob>
        where TExtension : class, IRiverExtension => Use(ExtensionRegistration.For<TExtension>(), typeof(TJob));

    /// <summary>
    /// Puts middleware or hooks around the attempts of one worker: inside those of its job's type. A worker inserts nothing, so
    /// the parts for inserts aren't used. See <see cref="Use{TExtension}"/>.
    /// </summary>
    /// <typeparam name="TWorker">The worker's class.</typeparam>
    /// <typeparam name="TExtension">The class; it implements one or several of the extension interfaces.</typeparam>
    /// <returns>This builder.</returns>
    public RiverBuilder UseForWorker<TWorker, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TExtension>()
        where TWorker : class
        where TExtension : class, IRiverExtension
    {
        Registry.ExtendedWorkers.Add((typeof(TWorker), typeof(TExtension)));
        return Use(ExtensionRegistration.For<TExtension>(), typeof(TWorker));
    }

    private RiverBuilder Use(ExtensionRegistration extension, Type? owner)
    {
        Registry.Use(extension, owner);
        extension.AddServices(Services);
        return this;
    }

    /// <summary>Refuses an assembly whose generated code this runtime can't run. Called by generated code before all else.</summary>
    /// <param name="abi">The version of the agreement between generated code and runtime that the assembly was built with, from 1.</param>
    /// <param name="assembly">The assembly's name.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="RuntimeTooOldException">The assembly was built with a newer package than this runtime is of.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public RiverBuilder RequireAbi(int abi, string assembly) =>
        abi <= RiverManifestAttribute.CurrentAbi ? this : throw new RuntimeTooOldException(assembly, abi);

    /// <summary>Registers an assembly's jobs, workers, queues and schedules. Called by generated code.</summary>
    /// <param name="manifest">What the assembly declares; one of a name known already is passed over.</param>
    /// <returns>This builder.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public RiverBuilder AddManifest(JobManifest manifest)
    {
        if (Registry.Add(manifest) && Works)
        {
            foreach (var worker in manifest.Workers)
                worker.AddServices(Services);
        }

        return this;
    }

    internal RiverBuilder UseStore(Func<IServiceProvider, RiverOptions, JobStore> store, Func<IServiceProvider, IEnumerable<string>>? faults = null)
    {
        Store = store;
        StoreFaults = faults ?? (static _ => []);
        return this;
    }
}
