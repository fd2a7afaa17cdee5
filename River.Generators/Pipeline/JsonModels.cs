using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using River.Shapes;

namespace River.Generators.Pipeline;

/// <summary>The types that the assembly's jobs reach, each one once.</summary>
/// <param name="Nested">Objects that aren't jobs themselves, each emitted in a file of its own.</param>
/// <param name="Index">What the context must know of all types.</param>
/// <param name="Hints">The nested objects' file names.</param>
internal sealed record JsonModels(NestedTypes Nested, JsonIndex Index, HintNames Hints)
{
    public static JsonModels Of(ImmutableArray<EquatableArray<JsonTypeModel>> jobs)
    {
        var roots = new HashSet<string>(StringComparer.Ordinal);
        var types = new SortedDictionary<string, JsonTypeModel>(StringComparer.Ordinal);
        var writers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            if (job.Count > 0)
                roots.Add(job[0].Id);
            foreach (var type in job)
            {
                if (type is not JsonOpaque || !types.ContainsKey(type.Id))
                    types[type.Id] = type;
                if (type is JsonObjectModel && (!writers.TryGetValue(type.Id, out var writer) || string.CompareOrdinal(job[0].Id, writer) < 0))
                    writers[type.Id] = job[0].Id;
            }
        }

        foreach (var root in roots)
            writers.Remove(root);
        return new JsonModels(
            new NestedTypes(writers.Select(type => new NestedType(type.Key, type.Value)).ToEquatableArray()),
            new JsonIndex(
                types.Values.Where(type => type is not JsonObjectModel)
                    .Select(type => type is JsonEnum one ? one with { Members = EquatableArray<string>.Empty } : type).ToEquatableArray(),
                types.Values.OfType<JsonObjectModel>().Select(type => new JsonReference(type.Name, type.Id)).ToEquatableArray()),
            HintNames.Of(writers.Keys));
    }
}

/// <summary>Objects that jobs hold, in the order of their ids, and which job's output each is written with.</summary>
internal sealed record NestedTypes(EquatableArray<NestedType> Types)
{
    /// <param name="job">The types that a job reaches, its own first.</param>
    public IEnumerable<JsonObjectModel> WrittenBy(EquatableArray<JsonTypeModel> job) =>
        job.OfType<JsonObjectModel>().Where(type => WriterOf(type.Id) == job[0].Id);

    private string? WriterOf(string id)
    {
        var (from, to) = (0, Types.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            var order = string.CompareOrdinal(Types[middle].Id, id);
            if (order == 0)
                return Types[middle].Writer;
            (from, to) = order < 0 ? (middle + 1, to) : (from, middle);
        }

        return null;
    }
}

/// <param name="Id">The type.</param>
/// <param name="Writer">The first, by its id, of the jobs that hold it.</param>
internal sealed record NestedType(string Id, string Writer);

/// <summary>The simple types, which the context describes itself but for the names of enums' members, and the objects, which have files of their own.</summary>
internal sealed record JsonIndex(EquatableArray<JsonTypeModel> Simple, EquatableArray<JsonReference> Objects);

internal sealed record JsonReference(string Name, string Id);
