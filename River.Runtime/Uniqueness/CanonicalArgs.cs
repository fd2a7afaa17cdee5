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
    public static void WriteAll(ReadOnlyMemory<byte> args, PooledBuffer output)
    {
        var members = Members(args);
        members.Sort(Member.Compare);
        if (!members.TrueForAll(static member => MemberPath.IsPlain(member.Name.Span)))
        {
            WriteTree(args, [.. members.Select(member => MemberPath.Parse(Encoding.UTF8.GetString(member.Name.Span)))], keepMissing: true, output);
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
            WriteMember(args, members[i], output);
        }

        output.Write((byte)'}');
    }

    /// <summary>Only the marked members, in the order of their paths. Nothing at all, not even braces, when none is there.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="paths">The paths, sorted.</param>
    /// <param name="output">Where the text goes.</param>
    public static void WriteMarked(ReadOnlyMemory<byte> args, MarkedMembers paths, PooledBuffer output)
    {
        if (!paths.ArePlain)
        {
            WriteTree(args, paths.Paths, keepMissing: false, output);
            return;
        }

        var members = Members(args);
        var isFirst = true;
        foreach (var name in paths.Names)
        {
            foreach (var member in CollectionsMarshal.AsSpan(members))
            {
                if (!member.Name.Span.SequenceEqual(name))
                    continue;
                output.Write(isFirst ? (byte)'{' : (byte)',');
                isFirst = false;
                WriteMember(args, member, output);
                break;
            }
        }

        if (!isFirst)
            output.Write((byte)'}');
    }

    private static void WriteMember(ReadOnlyMemory<byte> args, Member member, PooledBuffer output)
    {
        GoString.WritePathName(member.Name.Span, output);
        output.Write((byte)':');
        CanonicalJson.Write(args.Span[member.Value], output);
    }

    private static void WriteTree(ReadOnlyMemory<byte> args, IReadOnlyList<MemberPath> paths, bool keepMissing, PooledBuffer output)
    {
        using var document = JsonDocument.Parse(args, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        var tree = new MemberTree(startsAsObject: keepMissing);
        foreach (var path in paths)
        {
            var value = path.Find(document.RootElement);
            if (value is not null || keepMissing)
                tree.Set(path, value);
        }

        tree.Write(output);
    }

    /// <summary>The outermost members, in their order.</summary>
    private static List<Member> Members(ReadOnlyMemory<byte> args)
    {
        var members = new List<Member>();
        var reader = new Utf8JsonReader(args.Span, CanonicalJson.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueIsEscaped
                ? Unescaped(ref reader)
                : args.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add(new Member(name, start..(int)reader.BytesConsumed));
        }

        return members;
    }

    private static ReadOnlyMemory<byte> Unescaped(ref Utf8JsonReader reader)
    {
        var space = new byte[reader.ValueSpan.Length];
        return space.AsMemory(0, reader.CopyString(space));
    }

    private readonly record struct Member(ReadOnlyMemory<byte> Name, Range Value)
    {
        public static int Compare(Member left, Member right)
        {
            var names = left.Name.Span.SequenceCompareTo(right.Name.Span);
            return names != 0 ? names : left.Value.Start.Value.CompareTo(right.Value.Start.Value);
        }
    }
}
