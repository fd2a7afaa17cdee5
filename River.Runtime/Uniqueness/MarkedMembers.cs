using System.Text;

namespace River.Uniqueness;

/// <summary>The members of a job that are marked unique, in the order in which they enter the key.</summary>
internal sealed class MarkedMembers
{
    public MarkedMembers(IReadOnlyList<string> paths)
    {
        // Go sorts strings by their UTF-8 bytes, .NET by UTF-16 units: they differ beyond U+FFFF.
        Names = [.. paths.Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes).Order(Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))];
        Paths = [.. Names.Select(name => MemberPath.Parse(Encoding.UTF8.GetString(name)))];
        // A first name of digits would make River start an array.
        ArePlain = Names.All(name => MemberPath.IsPlain(name)) && Paths.All(path => path.Parts is [{ Index: null }]);
    }

    public IReadOnlyList<byte[]> Names { get; }

    public IReadOnlyList<MemberPath> Paths { get; }

    /// <summary>Whether every path is one name of the outermost object.</summary>
    public bool ArePlain { get; }
}
