using River.Grammar;
using River.Registration;

namespace River.Hosting;

/// <summary>What is wrong with the declarations of queues.</summary>
internal static class QueueFaults
{
    public static IEnumerable<string> Of(DeclaredQueues queues, RiverOptions options)
    {
        foreach (var queue in queues.All)
        {
            var isValid = queue.Dynamic ? QueueName.IsPattern(queue.Name, out var reason) : QueueName.IsValid(queue.Name, out reason);
            if (!isValid)
                yield return $"the declared queue '{queue.Name}' has no valid name: {reason}.";
            if (queue.MaxWorkers is < 1 or > 10_000)
                yield return $"the declared queue '{queue.Name}' has MaxWorkers {Text.Of(queue.MaxWorkers)}; it must be 1 to 10,000.";
        }

        foreach (var conflict in queues.Conflicts.Where(conflict => conflict.IsSevere && !options.MaxWorkers.ContainsKey(conflict.Name)))
        {
            yield return $"queue '{conflict.Name}' is declared with different settings by {string.Join(" and ", conflict.Assemblies)}: "
                + $"worked here according to one, not according to the other. Declare it in the program itself, or call river.Work(\"{conflict.Name}\", maxWorkers: …), with 0 for not here.";
        }
    }
}
