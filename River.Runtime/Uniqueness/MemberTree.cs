using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using River.Serialization;

namespace River.Uniqueness;

/// <summary>
/// An object put together member by member from dotted paths, as River does it. Needed only where a path goes inwards
/// or a name has characters that paths give a meaning.
/// </summary>
internal sealed class MemberTree(bool startsAsObject)
{
    private readonly Node _root = new() { Kind = startsAsObject ? NodeKind.Object : NodeKind.Nothing };

    /// <param name="path">Where the value goes.</param>
    /// <param name="value">The value; null writes nothing after the colon, as River does for a name that it mangled.</param>
    /// <param name="shape">Where dictionaries are in the value.</param>
    public void Set(MemberPath path, JsonElement? value, ArgsShape? shape)
    {
        if (path.IsQuery)
            return;

        var node = _root;
        foreach (var part in path.Parts)
        {
            if (node.ChildOf(part) is not { } child)
                return;
            node = child;
        }

        node.Kind = NodeKind.Value;
        node.Value = value;
        node.Shape = shape;
        node.Children.Clear();
    }

    public void Write(PooledBuffer output) => _root.Write(output, isOutermost: true);

    private enum NodeKind
    {
        Nothing,
        Object,
        Array,
        Value,
    }

    private sealed class Node
    {
        public NodeKind Kind { get; set; }

        public string Name { get; init; } = "";

        /// <summary>Whether the name came with a value, and not from a path: then all of Go's escapes apply.</summary>
        public bool IsFromValue { get; init; }

        public JsonElement? Value { get; set; }

        public ArgsShape? Shape { get; set; }

        public List<Node> Children { get; } = [];

        public Node? ChildOf(MemberPath.Part part)
        {
            Open(part.Index is not null);
            if (Kind == NodeKind.Array)
            {
                if (part.Index is not { } index)
                    return null;
                while (Children.Count <= index)
                    Children.Add(new Node());
                return Children[index];
            }

            var child = Children.Find(child => string.Equals(child.Name, part.Name, StringComparison.Ordinal));
            if (child is null)
                Children.Add(child = new Node { Name = part.Name });
            return child;
        }

        public void Write(PooledBuffer output, bool isOutermost)
        {
            switch (Kind)
            {
                case NodeKind.Object:
                    WriteMembers(output, (byte)'{', (byte)'}');
                    break;
                case NodeKind.Array:
                    WriteMembers(output, (byte)'[', (byte)']');
                    break;
                case NodeKind.Value when Value is { } value:
                    CanonicalJson.Write(JsonMarshal.GetRawUtf8Value(value).ToArray(), Shape, output);
                    break;
                case NodeKind.Nothing when !isOutermost:
                    output.Write("null"u8);
                    break;
            }
        }

        /// <summary>Makes room for members: a value's own members stay if it has some, and it gives way if it can't.</summary>
        private void Open(bool asArray)
        {
            if (Kind is NodeKind.Object or NodeKind.Array)
                return;

            var value = Value;
            Value = null;
            Kind = asArray ? NodeKind.Array : NodeKind.Object;
            if (value is { ValueKind: JsonValueKind.Object } members)
            {
                Kind = NodeKind.Object;
                foreach (var member in members.EnumerateObject())
                    Children.Add(new Node { Name = member.Name, IsFromValue = true, Kind = NodeKind.Value, Value = member.Value });
            }
            else if (value is { ValueKind: JsonValueKind.Array } items)
            {
                Kind = NodeKind.Array;
                foreach (var item in items.EnumerateArray())
                    Children.Add(new Node { Kind = NodeKind.Value, Value = item });
            }
        }

        private void WriteMembers(PooledBuffer output, byte start, byte end)
        {
            output.Write(start);
            for (var i = 0; i < Children.Count; i++)
            {
                if (i > 0)
                    output.Write((byte)',');
                if (Kind == NodeKind.Object)
                {
                    var name = Encoding.UTF8.GetBytes(Children[i].Name);
                    if (Children[i].IsFromValue)
                        GoString.Write(name, output);
                    else
                        GoString.WritePathName(name, output);
                    output.Write((byte)':');
                }

                Children[i].Write(output, isOutermost: false);
            }

            output.Write(end);
        }
    }
}
