namespace River;

/// <summary>
/// Declares that a queue exists. Names outside all declarations, here and in referenced assemblies, don't compile in
/// <c>[Job(Queue = …)]</c> and are refused at enqueue.
/// </summary>
/// <param name="name">
/// Lower-case letters and digits with single <c>_</c>, <c>-</c> or <c>|</c> between, at most 64 characters; with
/// <see cref="Dynamic"/> one <c>*</c> that stands for any text.
/// </param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class QueueAttribute(string name) : Attribute
{
    /// <summary>The queue's name, or the pattern of a family of queues.</summary>
    public string Name { get; } = name;

    /// <summary>How many jobs of this queue one process runs at once unless the host says otherwise: 1 to 10,000. Default: 100.</summary>
    public int MaxWorkers { get; set; } = 100;

    /// <summary>Whether the name is a pattern for queues that appear at run time, such as <c>tenant_*</c>. Default: false.</summary>
    public bool Dynamic { get; set; }

    /// <summary>Whether the queue is worked by another service. Default: false.</summary>
    public bool External { get; set; }
}

/// <summary>Keeps a worker out of the generated registration, for example one that only a test uses.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class NotRegisteredAttribute : Attribute;
