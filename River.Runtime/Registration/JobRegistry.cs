namespace River.Registration;

/// <summary>What the assemblies of one client registered. Filled while the host is built, read-only afterwards.</summary>
internal sealed class JobRegistry
{
    private readonly Dictionary<string, JobManifest> _manifests = new(StringComparer.Ordinal);

    public IReadOnlyCollection<JobManifest> Manifests => _manifests.Values;

    public IEnumerable<JobDescriptor> Jobs => _manifests.Values.SelectMany(manifest => manifest.Jobs);

    public IEnumerable<WorkerRegistration> Workers => _manifests.Values.SelectMany(manifest => manifest.Workers);

    public IEnumerable<QueueDeclaration> Queues => _manifests.Values.SelectMany(manifest => manifest.Queues);

    public IEnumerable<ScheduleRegistration> Schedules => _manifests.Values.SelectMany(manifest => manifest.Schedules);

    /// <summary>Adds a manifest unless its assembly is there already, as it is in a diamond of references.</summary>
    public bool Add(JobManifest manifest) => _manifests.TryAdd(manifest.Assembly, manifest);
}
