using System.ComponentModel;

namespace River;

/// <summary>
/// Written by the generator for every job: the facts about it that stored rows depend on, as the lines of a job contract
/// say them. Tools read them from a built assembly; nothing at run time does.
/// </summary>
/// <param name="facts">The lines, such as <c>cleanup arg flux_id int64</c>.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class RiverContractAttribute(params string[] facts) : Attribute
{
    /// <summary>The lines, such as <c>cleanup arg flux_id int64</c>.</summary>
    public IReadOnlyList<string> Facts { get; } = facts;
}
