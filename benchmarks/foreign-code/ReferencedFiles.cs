using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace River.Benchmarks.ForeignCode;

/// <summary>Assemblies on this machine: the shared frameworks, this program's own, and packages that were restored before.</summary>
internal static partial class ReferencedFiles
{
    private static readonly string[] Frameworks = ["net10.0", "net9.0", "net8.0", "net7.0", "net6.0", "netcoreapp3.1", "netstandard2.1", "netstandard2.0"];
    private static readonly string[] Tools = ["River.", "Microsoft.CodeAnalysis", "ForeignCode"];
    private static readonly ConcurrentDictionary<string, MetadataReference> Read = new(StringComparer.Ordinal);

    private static readonly Lazy<IReadOnlyList<string>> OfFrameworks = new(() =>
    {
        var shared = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", ".."));
        return
        [
            .. new[] { "Microsoft.NETCore.App", "Microsoft.AspNetCore.App" }
                .Select(name => Path.Combine(shared, name, Path.GetFileName(Path.GetDirectoryName(typeof(object).Assembly.Location))!))
                .Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.dll")).Where(IsManaged),
        ];
    });

    public static string Runtime { get; } = typeof(JobAttribute).Assembly.Location;

    /// <summary>One file for each assembly; a project's packages go before the frameworks, as NuGet has it.</summary>
    public static IEnumerable<MetadataReference> For(SourceProject project, IEnumerable<string> packages) => packages
        .SelectMany(package => Package(package, new HashSet<string>(StringComparer.OrdinalIgnoreCase)))
        .Concat(OfFrameworks.Value)
        .Concat(((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => !Tools.Any(tool => Path.GetFileName(path).StartsWith(tool, StringComparison.Ordinal))))
        .GroupBy(path => Path.GetFileName(path), StringComparer.OrdinalIgnoreCase)
        .Where(paths => paths.Key != project.Name + ".dll")
        .Select(paths => Of(paths.First()));

    public static MetadataReference Of(string path) => Read.GetOrAdd(path, static one => MetadataReference.CreateFromFile(one));

    /// <summary>A package's assemblies and those of what it depends on, where they are on this machine.</summary>
    private static IEnumerable<string> Package(string name, HashSet<string> seen)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var folder = Path.Combine(packages, name.ToLowerInvariant());
        if (!seen.Add(name) || !Directory.Exists(folder) || Directory.GetDirectories(folder).Order(StringComparer.Ordinal).LastOrDefault() is not { } version)
            return [];
        var assemblies = Frameworks.Select(framework => Path.Combine(version, "lib", framework)).FirstOrDefault(Directory.Exists) is { } lib
            ? Directory.GetFiles(lib, "*.dll")
            : [];
        var nuspec = Directory.GetFiles(version, "*.nuspec").FirstOrDefault();
        var dependencies = nuspec is null ? [] : Dependency().Matches(File.ReadAllText(nuspec)).Select(match => match.Groups[1].Value).Distinct(StringComparer.OrdinalIgnoreCase);
        return assemblies.Concat(dependencies.SelectMany(dependency => Package(dependency, seen)));
    }

    private static bool IsManaged(string path)
    {
        try
        {
            AssemblyName.GetAssemblyName(path);
            return true;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    [GeneratedRegex("<dependency id=\"([^\"]+)\"")]
    private static partial Regex Dependency();
}
