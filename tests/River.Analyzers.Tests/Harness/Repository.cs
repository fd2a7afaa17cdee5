using System.Reflection;

namespace River.Analyzers.Tests.Harness;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    // What the SDK gives every project beside what all code of these tests has.
    private const string ImplicitUsings = "global using System.IO;\nglobal using System.Net.Http;\n";

    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!;

    /// <summary>The code of one of its projects.</summary>
    public static Code Code(string folder)
    {
        var root = Path.Combine(Root, folder);
        var code = Harness.Code.Of(ImplicitUsings);
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal))
        {
            if (!file.StartsWith("obj", StringComparison.Ordinal) && !file.StartsWith("bin", StringComparison.Ordinal))
                code = code.And(file, File.ReadAllText(Path.Combine(root, file)));
        }

        return code;
    }
}
