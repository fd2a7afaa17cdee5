using River.Grammar;
using River.Registration;

namespace River.Hosting;

/// <summary>The queues that this process works and how many jobs of each at once: declarations, overruled by the host's options.</summary>
internal sealed class QueueTable
{
    private readonly Dictionary<string, int> _named = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, int>> _families = [];

    public QueueTable(DeclaredQueues declared, RiverOptions options)
    {
        var slots = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var declaration in declared.All.Where(queue => !queue.External))
            slots.Add(declaration.Name, declaration.MaxWorkers);
        foreach (var (queue, maxWorkers) in options.MaxWorkers)
            slots[queue] = maxWorkers;

        foreach (var queue in slots.OrderBy(queue => queue.Key, StringComparer.Ordinal))
        {
            if (queue.Key.Contains('*', StringComparison.Ordinal))
                _families.Add(queue);
            else if (queue.Value > 0)
                _named.Add(queue.Key, queue.Value);
        }

        // A name that is switched off by itself stays off, also when a family would include it.
        Excluded = slots.Where(queue => queue.Value == 0).Select(queue => queue.Key).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Queues known by name, in ordinal order, with at least one slot each.</summary>
    public IReadOnlyDictionary<string, int> Named => _named;

    /// <summary>Patterns of dynamic queues, whose members show only in the database.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Families => _families;

    private HashSet<string> Excluded { get; }

    /// <summary>How many jobs of a queue this process runs at once; 0 when it doesn't work it.</summary>
    public int SlotsOf(string queue)
    {
        if (_named.TryGetValue(queue, out var slots))
            return slots;
        if (Excluded.Contains(queue))
            return 0;
        foreach (var (pattern, familySlots) in _families)
        {
            if (QueueName.Matches(pattern, queue))
                return familySlots;
        }

        return 0;
    }
}
