using River.Storage;

namespace River.Inserting;

/// <summary>Turns requests into rows that can be stored: options, checks, serialization and unique keys in one place.</summary>
internal sealed class Inserter
{
    /// <summary>Checks a request and makes its row. Reused for follow-ups, which keep what was read when they were asked for.</summary>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored.</exception>
    public JobInsert Prepare(JobRequest request) => throw new NotSupportedException(request.Descriptor.Kind);
}
