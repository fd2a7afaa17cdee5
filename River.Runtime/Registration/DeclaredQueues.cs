using River.Grammar;

namespace River.Registration;

/// <summary>The queues that jobs may be enqueued to: everything declared, worked here or elsewhere.</summary>
internal sealed class DeclaredQueues
{
    private readonly Dictionary<string, QueueDeclaration> _names = new(StringComparer.Ordinal);
    private readonly List<string> _patterns = [];

    /// <param name="registry">What the assemblies declare.</param>
    /// <param name="hostAssembly">The program's own assembly, whose declarations overrule those of libraries; null when unknown.</param>
    public DeclaredQueues(JobRegistry registry, string? hostAssembly = null)
    {
        var declarations = registry.Manifests.SelectMany(manifest => manifest.Queues.Select(queue => (manifest.Assembly, Queue: queue)));
        foreach (var group in declarations.GroupBy(declaration => declaration.Queue.Name, StringComparer.Ordinal))
        {
            var settings = group.Select(declaration => declaration.Queue).Distinct().ToArray();
            var hosts = group.FirstOrDefault(declaration => string.Equals(declaration.Assembly, hostAssembly, StringComparison.Ordinal)).Queue;
            var queue = hosts ?? Cautious(settings);
            _names.Add(queue.Name, queue);
            if (queue.Dynamic)
                _patterns.Add(queue.Name);
            if (settings.Length > 1 && hosts is null)
                Conflicts.Add(new QueueConflict(queue.Name, settings, [.. group.Select(declaration => declaration.Assembly)]));
        }
    }

    /// <summary>One declaration for each name.</summary>
    public IReadOnlyCollection<QueueDeclaration> All => _names.Values;

    /// <summary>Names that assemblies declare with different settings, and the program itself doesn't.</summary>
    public List<QueueConflict> Conflicts { get; } = [];

    /// <summary>The declaration of just this name or pattern.</summary>
    public QueueDeclaration? Find(string nameOrPattern) => _names.GetValueOrDefault(nameOrPattern);

    /// <summary>Whether a queue's name is declared by itself.</summary>
    public bool Contains(string name) => _names.TryGetValue(name, out var queue) && !queue.Dynamic;

    /// <summary>Whether there is a declaration of just this name or pattern.</summary>
    public bool Declares(string nameOrPattern) => _names.ContainsKey(nameOrPattern);

    /// <summary>Whether a valid name is declared by itself or belongs to a declared family.</summary>
    public bool Includes(string name) => Contains(name) || _patterns.Exists(pattern => QueueName.Matches(pattern, name));

    /// <summary>The declared name, or pattern, that a misspelt one most likely stands for; null when none is similar.</summary>
    public string? NearestTo(string name) => Nearest.Of(name, _names.Keys);

    /// <summary>What can do no harm: left to the other service, or few at once.</summary>
    private static QueueDeclaration Cautious(IReadOnlyList<QueueDeclaration> settings) =>
        settings.OrderByDescending(queue => queue.External).ThenBy(queue => queue.MaxWorkers).First();
}

/// <param name="Name">The queue's name or pattern.</param>
/// <param name="Settings">The different declarations.</param>
/// <param name="Assemblies">Who declares it.</param>
internal sealed record QueueConflict(string Name, IReadOnlyList<QueueDeclaration> Settings, IReadOnlyList<string> Assemblies)
{
    /// <summary>Whether they disagree about more than a number.</summary>
    public bool IsSevere => Settings.Select(queue => (queue.External, queue.Dynamic)).Distinct().Skip(1).Any();
}
