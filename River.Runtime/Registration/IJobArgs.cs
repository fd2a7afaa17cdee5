using System.ComponentModel;

namespace River;

/// <summary>Implemented by the source generator on every <c>[Job]</c> type: what makes it enqueueable.</summary>
/// <typeparam name="TSelf">The job's type.</typeparam>
public interface IJobArgs<TSelf>
    where TSelf : IJobArgs<TSelf>
{
    /// <summary>The facts of the job's type.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    static abstract JobDescriptor<TSelf> Descriptor { get; }
}
