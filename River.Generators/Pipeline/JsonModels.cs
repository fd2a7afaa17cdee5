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
internal sealed record JsonModels(EquatableArray<JsonObjectModel> Nested, JsonIndex Index, HintNames Hints)
{
    public static JsonModels Of(ImmutableArray<EquatableArray<JsonTypeModel>> jobs)
    {
        var roots = new HashSet<string>(StringComparer.Ordinal);
        var types = new SortedDictionary<string, JsonTypeModel>(StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            if (job.Count > 0)
                roots.Add(job[0].Id);
            foreach (var type in job)
            {
                if (type is not JsonOpaque || !types.ContainsKey(type.Id))
                    types[type.Id] = type;
            }
        }

        var nested = types.Values.OfType<JsonObjectModel>().Where(type => !roots.Contains(type.Id)).ToEquatableArray();
        return new JsonModels(
            nested,
            new JsonIndex(
                types.Values.Where(type => type is not JsonObjectModel)
                    .Select(type => type is JsonEnum one ? one with { Members = EquatableArray<string>.Empty } : type).ToEquatableArray(),
                types.Values.OfType<JsonObjectModel>().Select(type => new JsonReference(type.Name, type.Id)).ToEquatableArray()),
            HintNames.Of(nested.Select(type => type.Id)));
    }
}

/// <summary>The simple types, which the context describes itself but for the names of enums' members, and the objects, which have files of their own.</summary>
internal sealed record JsonIndex(EquatableArray<JsonTypeModel> Simple, EquatableArray<JsonReference> Objects);

internal sealed record JsonReference(string Name, string Id);
