using System.Collections.Frozen;
using River.Registration;

namespace River.Execution;

/// <summary>Who works what, by kind and by alias.</summary>
internal sealed class WorkerTable
{
    private readonly FrozenDictionary<string, WorkerRegistration> _byKind;

    public WorkerTable(JobRegistry registry)
    {
        var byKind = new Dictionary<string, WorkerRegistration>(StringComparer.Ordinal);
        foreach (var worker in registry.Workers)
            byKind.TryAdd(worker.Job.Kind, worker);

        // A kind goes before an alias of the same name.
        foreach (var worker in registry.Workers)
        {
            foreach (var alias in worker.Job.Facts.Aliases)
                byKind.TryAdd(alias, worker);
        }

        _byKind = byKind.ToFrozenDictionary(StringComparer.Ordinal);
        Kinds = [.. byKind.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The kinds and aliases that this client works.</summary>
    public string[] Kinds { get; }

    public WorkerRegistration? Find(string kind) => _byKind.GetValueOrDefault(kind);
}
