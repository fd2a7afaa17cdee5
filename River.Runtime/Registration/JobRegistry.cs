using River.Extending;

namespace River.Registration;

/// <summary>What the assemblies of one client registered. Filled while the host is built, read-only afterwards.</summary>
internal sealed class JobRegistry
{
    private readonly Dictionary<string, JobManifest> _manifests = new(StringComparer.Ordinal);
    private readonly List<(Type? Owner, ExtensionRegistration Extension)> _extensions = [];

    public IReadOnlyCollection<JobManifest> Manifests => _manifests.Values;

    public IEnumerable<JobDescriptor> Jobs => _manifests.Values.SelectMany(manifest => manifest.Jobs);

    public IEnumerable<WorkerRegistration> Workers => _manifests.Values.SelectMany(manifest => manifest.Workers);

    public IEnumerable<QueueDeclaration> Queues => _manifests.Values.SelectMany(manifest => manifest.Queues);

    public IEnumerable<ScheduleRegistration> Schedules => _manifests.Values.SelectMany(manifest => manifest.Schedules);

    /// <summary>All middleware and hooks, whatever they are for.</summary>
    public IEnumerable<ExtensionRegistration> Extensions => _extensions.Select(one => one.Extension);

    /// <summary>What was said to be workers, each with the class around its attempts.</summary>
    public List<(Type Worker, Type Extension)> ExtendedWorkers { get; } = [];

    /// <summary>Puts middleware or hooks around jobs; the same again changes nothing.</summary>
    /// <param name="extension">The class.</param>
    /// <param name="owner">The type of the job or of the worker; null for all jobs.</param>
    public void Use(ExtensionRegistration extension, Type? owner = null)
    {
        if (!_extensions.Exists(one => one.Owner == owner && one.Extension.Type == extension.Type))
            _extensions.Add((owner, extension));
    }

    /// <summary>The middleware and hooks for all jobs, then those of each type, each class once.</summary>
    public IEnumerable<ExtensionRegistration> ExtensionsOf(params IEnumerable<Type> owners) =>
        owners.Prepend(null).SelectMany(owner => _extensions.Where(one => one.Owner == owner)).Select(one => one.Extension).DistinctBy(one => one.Type);

    /// <summary>Adds a manifest unless its assembly is there already, as it is in a diamond of references.</summary>
    public bool Add(JobManifest manifest) => _manifests.TryAdd(manifest.Assembly, manifest);
}
