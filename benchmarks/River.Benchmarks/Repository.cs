using System.Reflection;

namespace River.Benchmarks;

/// <summary>Where the sources are that this program was built from.</summary>
internal static class Repository
{
    public static string Folder { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => string.Equals(data.Key, "Repository", StringComparison.Ordinal)).Value!;
}
