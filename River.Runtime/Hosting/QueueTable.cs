using River.Grammar;
using River.Registration;

namespace River.Hosting;

/// <summary>
/// The queues that this process works and how. Whoever is nearer to what runs overrules: calls at run time, then the
/// cluster's setting, then configuration, then the builder's <c>Work</c>, then the declaration.
/// </summary>
internal sealed class QueueTable
{
    /// <summary>What a queue gets that nothing else speaks of; as River's.</summary>
    private const int DefaultMaxWorkers = 100;

    private readonly DeclaredQueues _declared;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, QueueSettings?> _atRunTime = new(StringComparer.Ordinal);
    private RiverOptions _options;
    private IReadOnlyDictionary<string, int> _ofCluster = new Dictionary<string, int>(StringComparer.Ordinal);
    private volatile Plans _plans;
    private Action? _changed;

    public QueueTable(DeclaredQueues declared, RiverOptions options)
    {
        _declared = declared;
        _options = options;
        _plans = Compile();
    }

    /// <summary>Queues known by name, in ordinal order, each with at least one slot.</summary>
    public IReadOnlyDictionary<string, QueuePlan> Named => _plans.Named;

    /// <summary>Patterns of dynamic queues that are worked, whose members show only in the database.</summary>
    public IReadOnlyList<KeyValuePair<string, QueuePlan>> Families => _plans.Families;

    /// <summary>How this process works a queue, or a family when given its pattern; null when it doesn't.</summary>
    public QueuePlan? Find(string queue)
    {
        var plans = _plans;
        if (plans.Named.TryGetValue(queue, out var plan))
            return plan;
        return plans.Excluded.Contains(queue) ? null : plans.OfFamily(queue);
    }

    /// <summary>How many jobs of a queue this process runs at once at most; 0 when it doesn't work it.</summary>
    public int SlotsOf(string queue) => Find(queue)?.MaxWorkers ?? 0;

    /// <summary>Whose turn it is when something has changed; one at a time.</summary>
    public void Attach(Action changed) => Volatile.Write(ref _changed, changed);

    public void Detach() => Volatile.Write(ref _changed, null);

    /// <summary>Takes over the options of a reload.</summary>
    public void Configure(RiverOptions options) => Change(() => _options = options);

    /// <summary>Takes over what the queues' rows say to all processes.</summary>
    public void SetOfCluster(IReadOnlyDictionary<string, int> maxWorkers)
    {
        lock (_lock)
        {
            if (_ofCluster.Count == maxWorkers.Count && maxWorkers.All(queue => _ofCluster.TryGetValue(queue.Key, out var known) && known == queue.Value))
                return;
        }

        Change(() => _ofCluster = maxWorkers);
    }

    /// <exception cref="QueueWorkedException">It is worked already.</exception>
    public void Add(string queue, QueueSettings settings) => Change(() =>
    {
        if (Find(queue) is not null)
            throw new QueueWorkedException(queue, isDraining: false);
        _atRunTime[queue] = settings with { MaxWorkers = settings.MaxWorkers ?? Inherited(queue) };
    });

    /// <exception cref="QueueNotWorkedException">It isn't worked.</exception>
    public void Remove(string queue) => Change(() =>
    {
        if (Find(queue) is null)
            throw new QueueNotWorkedException(queue, isDraining: false);
        _atRunTime[queue] = null;
    });

    /// <exception cref="QueueNotWorkedException">It isn't worked.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than the queue's least number of workers.</exception>
    public void Resize(string queue, int maxWorkers) => Change(() =>
    {
        var plan = Find(queue) ?? throw new QueueNotWorkedException(queue, isDraining: false);
        if (plan.MinWorkers > maxWorkers)
            throw new ArgumentOutOfRangeException(nameof(maxWorkers), maxWorkers, $"Queue '{queue}' scales between its MinWorkers, {Text.Of(plan.MinWorkers.Value)}, and this.");
        _atRunTime[queue] = (_atRunTime.GetValueOrDefault(queue) ?? new QueueSettings()) with { MaxWorkers = maxWorkers };
    });

    /// <summary>Also for a queue that was switched off: it is added all the same.</summary>
    private int? Inherited(string queue) =>
        _ofCluster.ContainsKey(queue) || _options.MaxWorkers.TryGetValue(queue, out var configured) && configured > 0
            ? null
            : _declared.Find(queue)?.MaxWorkers ?? _plans.OfFamily(queue)?.MaxWorkers ?? DefaultMaxWorkers;

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            _plans = Compile();
            Volatile.Read(ref _changed)?.Invoke();
        }
    }

    private Plans Compile()
    {
        var keys = _declared.All.Where(queue => !queue.External).Select(queue => queue.Name)
            .Concat(_options.MaxWorkers.Keys).Concat(_options.MinWorkers.Keys).Concat(_options.JobTimeouts.Keys).Concat(_atRunTime.Keys)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        var families = new List<KeyValuePair<string, QueuePlan>>();
        foreach (var pattern in keys.Where(IsPattern))
        {
            if (Of(pattern, family: null) is { } plan)
                families.Add(new(pattern, plan));
        }

        var plans = new Plans([], families, new HashSet<string>(StringComparer.Ordinal), _ofCluster);
        foreach (var queue in keys.Where(queue => !IsPattern(queue)))
        {
            // A name that is switched off by itself stays off, also when a family would include it.
            if (Of(queue, plans.OfFamily(queue)) is { } plan)
                plans.Named.Add(queue, plans.WithCluster(queue, plan, isFixed: _atRunTime.GetValueOrDefault(queue)?.MaxWorkers is not null));
            else
                plans.Excluded.Add(queue);
        }

        return plans;
    }

    private QueuePlan? Of(string key, QueuePlan? family)
    {
        QueueSettings? change = null;
        if (_atRunTime.TryGetValue(key, out change) && change is null)
            return null;
        var maxWorkers = change?.MaxWorkers
            ?? (_options.MaxWorkers.TryGetValue(key, out var configured) ? configured : null as int?)
            ?? (_declared.Find(key) is { External: false } declaration ? declaration.MaxWorkers : null as int?)
            ?? family?.MaxWorkers
            ?? (change is null ? 0 : DefaultMaxWorkers);
        if (maxWorkers <= 0)
            return null;
        var minWorkers = change?.MinWorkers ?? (_options.MinWorkers.TryGetValue(key, out var least) ? least : family?.MinWorkers);
        var timeout = change?.JobTimeout ?? (_options.JobTimeouts.TryGetValue(key, out var configuredTimeout) ? configuredTimeout : family?.JobTimeout);
        return new QueuePlan(maxWorkers, minWorkers is { } min ? Math.Min(min, maxWorkers) : null, timeout);
    }

    private static bool IsPattern(string key) => key.Contains('*', StringComparison.Ordinal);

    /// <summary>All settings as they stand at one moment; not changed any more once it is out.</summary>
    private sealed record Plans(
        Dictionary<string, QueuePlan> Named,
        List<KeyValuePair<string, QueuePlan>> Families,
        HashSet<string> Excluded,
        IReadOnlyDictionary<string, int> OfCluster)
    {
        /// <summary>What a family gives its member; for a pattern, the family itself.</summary>
        public QueuePlan? OfFamily(string queue)
        {
            foreach (var (pattern, plan) in Families)
            {
                if (string.Equals(pattern, queue, StringComparison.Ordinal))
                    return plan;
                if (QueueName.Matches(pattern, queue))
                    return WithCluster(queue, plan, isFixed: false);
            }

            return null;
        }

        public QueuePlan WithCluster(string queue, QueuePlan plan, bool isFixed)
        {
            if (isFixed || !OfCluster.TryGetValue(queue, out var maxWorkers))
                return plan;
            return plan with { MaxWorkers = maxWorkers, MinWorkers = plan.MinWorkers is { } min ? Math.Min(min, maxWorkers) : null };
        }
    }
}
