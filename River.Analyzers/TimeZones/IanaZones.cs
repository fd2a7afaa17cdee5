using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace River.Analyzers.TimeZones;

/// <summary>
/// The names of the IANA time zone database, zones and links alike. The list is embedded: what is right must not depend
/// on the machine that builds, and the machine that runs has data of its own. Its first lines say where it is from and how
/// to refresh it.
/// </summary>
internal static class IanaZones
{
    private const string Resource = "River.Analyzers.TimeZones.iana.txt";

    private static readonly Lazy<string[]> Lines = new(Read);

    private static readonly Lazy<HashSet<string>> Names = new(() => new HashSet<string>(Lines.Value.Where(line => !IsComment(line)), StringComparer.Ordinal));

    /// <summary>The version of the database, such as <c>tzdata 2025b</c>.</summary>
    public static string Version => Lines.Value[0].TrimStart('#', ' ');

    public static bool Contains(string name) => Names.Value.Contains(name);

    /// <summary>The name that a misspelt one most likely stands for.</summary>
    public static string? Nearest(string name)
    {
        // Most of a zone's name may be its continent, which makes all its neighbours near: the place has to be near too.
        var nearest = Grammar.Nearest.Of(name, Names.Value);
        return nearest is not null && Grammar.Nearest.Of(PlaceOf(name), new[] { PlaceOf(nearest) }) is not null ? nearest : null;
    }

    private static string PlaceOf(string name) => name.Substring(name.LastIndexOf('/') + 1);

    private static bool IsComment(string line) => line.Length == 0 || line[0] == '#';

    private static string[] Read()
    {
        using var stream = typeof(IanaZones).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource '{Resource}' is missing from {typeof(IanaZones).Assembly.GetName().Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split(new[] { "\r\n", "\n" }, StringSplitOptions.RemoveEmptyEntries);
    }
}
