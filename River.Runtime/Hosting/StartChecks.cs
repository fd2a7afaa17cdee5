using Microsoft.Extensions.Options;
using River.Registration;

namespace River.Hosting;

/// <summary>Everything that can be checked before the database is asked, reported together.</summary>
internal sealed class StartChecks(IServiceProvider services, RiverBuilder builder, RiverConfiguration configuration, DeclaredQueues queues, IOptionsMonitor<RiverOptions> monitor)
{
    public const string NoStore = "no database is chosen; call UsePostgres(…) or UseSqlite(…) on the builder.";

    private const string NoJobs = "no jobs are registered; call AddJobs() on the builder, or Add{Assembly}Jobs() of the assembly that declares them.";

    private volatile bool _passed;

    /// <exception cref="RiverConfigurationException">Something is wrong.</exception>
    public void ThrowOnFaults()
    {
        if (_passed)
            return;
        var faults = Faults().ToArray();
        if (faults.Length > 0)
            throw new RiverConfigurationException(faults);
        _passed = true;
    }

    internal IEnumerable<string> Faults()
    {
        var faults = new List<string>();
        var registry = builder.Registry;
        if (builder.Store is null)
            faults.Add(NoStore);
        faults.AddRange(builder.StoreFaults(services));
        if (!registry.Jobs.Any())
            faults.Add(NoJobs);

        var options = Options(faults);
        faults.AddRange(OptionFaults.Of(options, queues, configuration.Keys));
        faults.AddRange(UpkeepFaults.Of(options, configuration));
        faults.AddRange(QueueFaults.Of(queues, options));
        faults.AddRange(JobFaults.Of(registry, queues, options));
        faults.AddRange(ExtensionFaults.Of(registry, builder.Services, builder.Works));
        if (builder.Works)
        {
            var table = new QueueTable(queues, options);
            faults.AddRange(WorkerFaults.Of(registry, table, services));
            faults.AddRange(ScalingFaults.Of(table, options));
            faults.AddRange(ScheduleFaults.Of(registry));
        }

        return faults;
    }

    /// <summary>The options, or the defaults where they can't even be read, so that the other checks go on.</summary>
    private RiverOptions Options(List<string> faults)
    {
        var options = monitor.CurrentValue;
        if (configuration.Fault is not { } fault)
            return options;
        var reason = fault.InnerException is null ? fault.Message : $"{fault.Message} {fault.InnerException.Message}";
        faults.Add($"the options can't be read from the configuration section '{RiverConfiguration.SectionName}': {reason}");
        return new RiverOptions();
    }
}
