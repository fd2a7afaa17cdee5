using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace River.Benchmarks.ForeignCode;

/// <summary>
/// A project as its file tells of itself, read as text: nothing of it is built or run, and what its conditions and its
/// imports would change isn't known.
/// </summary>
internal sealed record SourceProject
{
    // A project of our own repository says by a property that it uses River.
    private static readonly (string Property, string Project)[] OwnReferences = [("UsesRiver", "River.Runtime"), ("UsesRiverSqlite", "River.Sqlite")];

    private SourceProject(string file, XDocument content)
    {
        File = Path.GetFullPath(file);
        Content = content;
        Name = Values("AssemblyName").FirstOrDefault() is { } name && !name.Contains('$', StringComparison.Ordinal) ? name : Path.GetFileNameWithoutExtension(file);
    }

    public string File { get; }

    public string Name { get; }

    public IReadOnlyList<string> Sources { get; private init; } = [];

    /// <summary>The files of the projects that it references.</summary>
    public IReadOnlyList<string> References { get; private init; } = [];

    public IEnumerable<string> Packages => Includes("PackageReference");

    public IEnumerable<string> Friends => Includes("InternalsVisibleTo");

    public IEnumerable<string> Usings => Content.Descendants("Using").Where(one => one.Attribute("Include") is not null)
        .Select(one => (one.Attribute("Static")?.Value == "true" ? "static " : "") + (one.Attribute("Alias") is { } alias ? alias.Value + " = " : "") + one.Attribute("Include")!.Value);

    public bool HasImplicitUsings { get; private init; }

    public bool IsWeb => Content.Root?.Attribute("Sdk")?.Value.Contains(".Web", StringComparison.Ordinal) == true;

    private XDocument Content { get; }

    /// <summary>All projects below a folder.</summary>
    public static IReadOnlyList<SourceProject> Below(string folder)
    {
        var files = Directory.GetFiles(folder, "*.csproj", SearchOption.AllDirectories).Where(IsWritten).Order(StringComparer.Ordinal).ToArray();
        var roots = files.Select(file => Path.GetDirectoryName(Path.GetFullPath(file))!).ToHashSet(StringComparer.Ordinal);
        return [.. files.Select(file => Read(file, folder, roots)).OfType<SourceProject>().Where(project => project.Sources.Count > 0)];
    }

    private static SourceProject? Read(string file, string folder, HashSet<string> roots)
    {
        XDocument content;
        try
        {
            content = XDocument.Load(file);
        }
        catch (System.Xml.XmlException)
        {
            return null;
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var project = new SourceProject(file, content);
        var own = Files(directory, directory, roots);
        var linked = content.Descendants("Compile").Select(one => one.Attribute("Include")?.Value).OfType<string>().SelectMany(include => Linked(directory, include));
        return project with
        {
            Sources = [.. own.Concat(linked).Distinct(StringComparer.Ordinal)],
            References =
            [
                .. project.Includes("ProjectReference").Select(include => Path.GetFullPath(Path.Combine(directory, include.Replace('\\', '/')))),
                .. OwnReferences.Where(one => project.Values(one.Property).Contains("true")).Select(one => Path.GetFullPath(Path.Combine(folder, one.Project, one.Project + ".csproj"))),
            ],
            HasImplicitUsings = Above(directory, folder).Prepend(System.IO.File.ReadAllText(file)).Any(text => Regex.IsMatch(text, "<ImplicitUsings>(enable|true)<")),
        };
    }

    /// <summary>The files below a folder that belong to no project further down.</summary>
    private static IEnumerable<string> Files(string directory, string project, HashSet<string> roots)
    {
        if (directory != project && roots.Contains(directory))
            return [];
        return Directory.GetFiles(directory, "*.cs").Where(IsWritten)
            .Concat(Directory.GetDirectories(directory).Where(inner => Path.GetFileName(inner) is not ("bin" or "obj") && !Path.GetFileName(inner).StartsWith('.')).SelectMany(inner => Files(inner, project, roots)))
            .Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Linked(string directory, string include)
    {
        var path = include.Replace('\\', '/');
        if (path.Contains('$', StringComparison.Ordinal) || !path.StartsWith("..", StringComparison.Ordinal))
            return [];
        var star = path.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return System.IO.File.Exists(Path.Combine(directory, path)) ? [Path.GetFullPath(Path.Combine(directory, path))] : [];
        var folder = Path.GetFullPath(Path.Combine(directory, path[..star]));
        return Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.cs", path.Contains("**", StringComparison.Ordinal) ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly).Where(IsWritten)
            : [];
    }

    private static IEnumerable<string> Above(string directory, string folder)
    {
        for (var at = directory; at is not null && at.Length >= Path.GetFullPath(folder).TrimEnd('/').Length; at = Path.GetDirectoryName(at))
        {
            var file = Path.Combine(at, "Directory.Build.props");
            if (System.IO.File.Exists(file))
                yield return System.IO.File.ReadAllText(file);
        }
    }

    // Snapshots of generated code are compared, not compiled.
    private static bool IsWritten(string file) =>
        !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
        && !file.EndsWith(".verified.cs", StringComparison.Ordinal) && !file.EndsWith(".received.cs", StringComparison.Ordinal);

    private IEnumerable<string> Values(string property) => Content.Descendants(property).Select(one => one.Value.Trim());

    private IEnumerable<string> Includes(string item) => Content.Descendants(item).Select(one => one.Attribute("Include")?.Value).OfType<string>();
}
