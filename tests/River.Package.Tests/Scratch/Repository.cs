using System.Reflection;
using Xunit;

namespace River.Package.Tests.Scratch;

/// <summary>What the build told this assembly of itself.</summary>
internal static class Repository
{
    public static string Root { get; } = Fact("RepositoryRoot");

    public static string Configuration { get; } = Fact("Configuration");

    public static string SqliteBundleVersion { get; } = Fact("SqliteBundleVersion");

    public static string ExtensionsVersion { get; } = Fact("ExtensionsVersion");

    public static string XunitVersion { get; } = Fact("XunitVersion");

    public static string Program(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Programs", name));

    /// <summary>A program with one thing changed.</summary>
    public static string Program(string name, string before, string after)
    {
        var text = Program(name);
        Assert.Contains(before, text, StringComparison.Ordinal);
        return text.Replace(before, after, StringComparison.Ordinal);
    }

    private static string Fact(string name) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == name).Value!;
}
