using System.ComponentModel;

namespace River;

/// <summary>A job to enqueue, for lists that mix several types.</summary>
public abstract class JobRequest
{
    private protected JobRequest(EnqueueOptions? options) => Options = options;

    /// <summary>The job's arguments, as given.</summary>
    public abstract object Args { get; }

    /// <summary>What this enqueue says differently from the declaration; null for nothing.</summary>
    public EnqueueOptions? Options { get; }

    /// <summary>The facts of the job's type.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract JobDescriptor Descriptor { get; }

    /// <summary>Makes a request.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="args">The job's arguments: as JSON an object of at most 16 MiB.</param>
    /// <param name="options">What this enqueue says differently from the declaration.</param>
    /// <returns>The request.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="args"/> is null.</exception>
    public static JobRequest For<TArgs>(TArgs args, EnqueueOptions? options = null)
        where TArgs : IJobArgs<TArgs>
    {
        ArgumentNullException.ThrowIfNull(args);
        return new JobRequest<TArgs>(args, options);
    }

    /// <summary>The same job with other options.</summary>
    /// <param name="options">What the enqueue says differently from the declaration; null for nothing.</param>
    /// <returns>Another request; this one stays as it is.</returns>
    public abstract JobRequest With(EnqueueOptions? options);

    /// <summary>How deep the arguments may be nested, so that what is written can also be read.</summary>
    internal abstract int MaxDepth { get; }

    /// <summary>The row made of this request when it was asked for as a follow-up; null until then.</summary>
    internal Storage.JobInsert? Prepared { get; set; }

    internal abstract void WriteArgs(System.Text.Json.Utf8JsonWriter writer);

    /// <summary>The dotted path of the first member whose value JSON or the database can't hold; null when there is none.</summary>
    internal abstract (string Path, string Reason)? FindUnstorable();
}

internal sealed class JobRequest<TArgs>(TArgs args, EnqueueOptions? options) : JobRequest(options)
    where TArgs : IJobArgs<TArgs>
{
    public override object Args => args;

    public override JobDescriptor Descriptor => TArgs.Descriptor;

    public override JobRequest With(EnqueueOptions? options) => new JobRequest<TArgs>(args, options);

    internal override int MaxDepth => TArgs.Descriptor.TypeInfo.Options.MaxDepth;

    internal override void WriteArgs(System.Text.Json.Utf8JsonWriter writer) =>
        System.Text.Json.JsonSerializer.Serialize(writer, args, TArgs.Descriptor.TypeInfo);

    internal override (string Path, string Reason)? FindUnstorable() =>
        Serialization.UnstorableValue.Find(args, TArgs.Descriptor.TypeInfo);
}
