using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using River.Serialization;

namespace River.Uniqueness;

/// <summary>The arguments' part of a unique key, made from their stored JSON as River makes it.</summary>
internal static class CanonicalArgs
{
    /// <summary>
    /// Without marked members all of them, sorted by the bytes of their names; only the outermost level is sorted.
    /// </summary>
    public static void WriteAll(ReadOnlyMemory<byte> args, ArgsShape? shape, PooledBuffer output)
    {
        var members = JsonMembers.Of(args);
        members.Sort(JsonMember.Compare);
        if (!members.TrueForAll(static member => MemberPath.IsPlain(member.Name.Span)))
        {
            WriteTree(args, [.. members.Select(member => MemberPath.Parse(Encoding.UTF8.GetString(member.Name.Span)))], shape, keepMissing: true, output);
            return;
        }

        output.Write((byte)'{');
        for (var i = 0; i < members.Count; i++)
        {
            // Of equal names the first counts.
            if (i > 0 && members[i].Name.Span.SequenceEqual(members[i - 1].Name.Span))
                continue;
            if (i > 0)
                output.Write((byte)',');
            WriteMember(members[i], shape, output);
        }

        output.Write((byte)'}');
    }

    /// <summary>Only the marked members, in the order of their paths. Nothing at all, not even braces, when none is there.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="paths">The paths, sorted.</param>
    /// <param name="shape">Where dictionaries are.</param>
    /// <param name="output">Where the text goes.</param>
    public static void WriteMarked(ReadOnlyMemory<byte> args, MarkedMembers paths, ArgsShape? shape, PooledBuffer output)
    {
        if (!paths.ArePlain)
        {
            WriteTree(args, paths.Paths, shape, keepMissing: false, output);
            return;
        }

        var members = JsonMembers.Of(args);
        var isFirst = true;
        foreach (var name in paths.Names)
        {
            foreach (var member in CollectionsMarshal.AsSpan(members))
            {
                if (!member.Name.Span.SequenceEqual(name))
                    continue;
                output.Write(isFirst ? (byte)'{' : (byte)',');
                isFirst = false;
                WriteMember(member, shape, output);
                break;
            }
        }

        if (!isFirst)
            output.Write((byte)'}');
    }

    private static void WriteMember(JsonMember member, ArgsShape? shape, PooledBuffer output)
    {
        GoString.WritePathName(member.Name.Span, output);
        output.Write((byte)':');
        CanonicalJson.Write(member.Value, shape?.Member(member.Name.Span), output);
    }

    private static void WriteTree(ReadOnlyMemory<byte> args, IReadOnlyList<MemberPath> paths, ArgsShape? shape, bool keepMissing, PooledBuffer output)
    {
        using var document = JsonDocument.Parse(args, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        var tree = new MemberTree(startsAsObject: keepMissing);
        foreach (var path in paths)
        {
            var value = path.Find(document.RootElement);
            if (value is not null || keepMissing)
                tree.Set(path, value, shape?.At(path));
        }

        tree.Write(output);
    }
}
