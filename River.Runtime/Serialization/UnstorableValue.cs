using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace River.Serialization;

/// <summary>
/// Finds the member whose value kept arguments from being written: the slow path, taken only after a failure. Walks the
/// JSON contract's own metadata, so it needs no reflection.
/// </summary>
internal static class UnstorableValue
{
    private const int DefaultMaxDepth = 64;
    private const int SegmentsShown = 6;

    /// <returns>The dotted JSON path, empty for the whole, and what is wrong there; null when no single member is to blame.</returns>
    public static (string Path, string Reason)? Find<TArgs>(TArgs args, JsonTypeInfo<TArgs> typeInfo)
    {
        var search = new Search(typeInfo.Options);
        try
        {
            return search.Visit(args, typeInfo);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A getter, an enumerator or a contract without metadata: the caller reports the first error instead.
            return null;
        }
    }

    /// <summary>The same for a JSON document of the caller's own.</summary>
    public static (string Path, string Reason)? Find(JsonNode node) => new Search(new JsonSerializerOptions()).VisitNode(node);

    private sealed class Search(JsonSerializerOptions options)
    {
        private readonly List<string> _path = [];
        private readonly List<object> _ancestors = [];
        private readonly int _maxDepth = options.MaxDepth == 0 ? DefaultMaxDepth : options.MaxDepth;

        public (string Path, string Reason)? Visit(object? value, JsonTypeInfo typeInfo)
        {
            if (value is null)
                return null;
            if (Scalar(value) is { } fault)
                return Found(fault);
            if (value is JsonNode node)
                return VisitNode(node);
            if (value is JsonElement element)
                return VisitNode(NodeOf(element));
            if (typeInfo.Kind == JsonTypeInfoKind.None)
                return Probe(value, typeInfo);

            if (!value.GetType().IsValueType)
            {
                if (_ancestors.Contains(value, ReferenceEqualityComparer.Instance))
                    return Found("refers back to an object that contains it; pass data without cycles");
                _ancestors.Add(value);
            }

            try
            {
                if (_path.Count >= _maxDepth)
                    return Found($"is nested deeper than {_maxDepth.ToString(CultureInfo.InvariantCulture)} levels; pass flatter data");
                return typeInfo.Kind switch
                {
                    JsonTypeInfoKind.Object => VisitMembers(value, typeInfo),
                    JsonTypeInfoKind.Dictionary => VisitEntries(value, typeInfo),
                    _ => VisitItems(value, typeInfo),
                };
            }
            finally
            {
                if (!value.GetType().IsValueType)
                    _ancestors.RemoveAt(_ancestors.Count - 1);
            }
        }

        public (string Path, string Reason)? VisitNode(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (var (name, member) in members)
                    {
                        if (StorableText.FaultOf(name) is { } fault)
                            return Found($"has a key that {fault}");
                        if (Step(name, () => VisitNode(member)) is { } found)
                            return found;
                    }

                    return null;
                case JsonArray items:
                    for (var i = 0; i < items.Count; i++)
                    {
                        var item = items[i];
                        if (Step(Index(i), () => VisitNode(item)) is { } found)
                            return found;
                    }

                    return null;
                case JsonValue value:
                    return Leaf(value);
                default:
                    return null;
            }
        }

        private static JsonNode? NodeOf(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Object => JsonObject.Create(element),
            JsonValueKind.Array => JsonArray.Create(element),
            _ => JsonValue.Create(element),
        };

        private static string Index(int index) => $"[{index.ToString(CultureInfo.InvariantCulture)}]";

        private static string? Scalar(object value) => value switch
        {
            string text => StorableText.FaultOf(text),
            char character => StorableText.FaultOf([character]),
            double number when !double.IsFinite(number) => NotFinite(number),
            float number when !float.IsFinite(number) => NotFinite(number),
            Half number when !Half.IsFinite(number) => NotFinite((double)number),
            _ => null,
        };

        private static string NotFinite(double number) =>
            $"is {(double.IsNaN(number) ? "NaN" : "infinite")}, which JSON can't hold; pass a finite number or null";

        private (string Path, string Reason)? VisitMembers(object value, JsonTypeInfo typeInfo)
        {
            foreach (var property in typeInfo.Properties)
            {
                if (property.Get is not { } get || property.ShouldSerialize?.Invoke(value, null) == false)
                    continue;

                var found = Step(property.Name, () =>
                {
                    var member = get(value);
                    // What a converter of the member's own makes of it can't be told from here.
                    return property.CustomConverter is null && InfoOf(member, property.PropertyType) is { } info ? Visit(member, info) : null;
                });
                if (found is not null)
                    return found;
            }

            return null;
        }

        private (string Path, string Reason)? VisitEntries(object value, JsonTypeInfo typeInfo)
        {
            if (value is not IDictionary entries)
                return Probe(value, typeInfo);

            foreach (DictionaryEntry entry in entries)
            {
                if (entry.Key is string key && StorableText.FaultOf(key) is { } fault)
                    return Found($"has a key that {fault}");

                var item = entry.Value;
                var found = Step(
                    Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "",
                    () => InfoOf(item, typeInfo.ElementType) is { } info ? Visit(item, info) : null);
                if (found is not null)
                    return found;
            }

            return null;
        }

        private (string Path, string Reason)? VisitItems(object value, JsonTypeInfo typeInfo)
        {
            if (value is not IEnumerable items)
                return Probe(value, typeInfo);

            var index = 0;
            foreach (var item in items)
            {
                var found = Step(Index(index++), () => InfoOf(item, typeInfo.ElementType) is { } info ? Visit(item, info) : null);
                if (found is not null)
                    return found;
            }

            return null;
        }

        private JsonTypeInfo? InfoOf(object? value, Type? declared)
        {
            if (value is null || declared is null)
                return null;
            if (value.GetType() != declared && options.TryGetTypeInfo(value.GetType(), out var actual))
                return actual;
            return options.TryGetTypeInfo(declared, out var info) ? info : null;
        }

        private (string Path, string Reason)? Leaf(JsonValue value)
        {
            try
            {
                if (value.TryGetValue<string>(out var text))
                    return StorableText.FaultOf(text) is { } fault ? Found(fault) : null;
            }
            catch (InvalidOperationException)
            {
                // The text is an escape of half a pair, which can't even be read.
                return Found(StorableText.HalfAPair);
            }

            if (value.TryGetValue<double>(out var number) && !double.IsFinite(number))
                return Found(NotFinite(number));
            return null;
        }

        /// <summary>Writes one value by itself, to see whether it is the one that fails.</summary>
        private (string Path, string Reason)? Probe(object value, JsonTypeInfo typeInfo)
        {
            using var buffer = new PooledBuffer();
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance });
            try
            {
                JsonSerializer.Serialize(writer, value, typeInfo);
                return null;
            }
            catch (UnstorableTextException error)
            {
                return Found(error.Message);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                return Found($"can't be written as JSON: {error.Message}");
            }
        }

        private (string Path, string Reason)? Step(string segment, Func<(string Path, string Reason)?> visit)
        {
            _path.Add(segment);
            try
            {
                return visit();
            }
            finally
            {
                _path.RemoveAt(_path.Count - 1);
            }
        }

        private (string Path, string Reason) Found(string reason) => (Path(), reason);

        private string Path()
        {
            var shown = string.Join('.', _path.Take(SegmentsShown)).Replace(".[", "[", StringComparison.Ordinal);
            return _path.Count > SegmentsShown ? shown + "…" : shown;
        }
    }
}
