using System.IO.Compression;
using System.Xml.Linq;
using River.Package.Tests.Scratch;
using Xunit;

namespace River.Package.Tests;

public sealed class PackageContentTests(PackageFeed feed)
{
    [Fact]
    public void River_Runtime_carries_the_library_the_compiler_parts_and_their_props()
    {
        Assert.Equal(
            [
                "README.md",
                "analyzers/dotnet/cs/River.Analyzers.CodeFixes.dll",
                "analyzers/dotnet/cs/River.Analyzers.dll",
                "analyzers/dotnet/cs/River.Generators.dll",
                "build/ContractText.cs",
                "build/JobGraphFile.cs",
                "build/River.Runtime.props",
                "build/River.Runtime.targets",
                "buildTransitive/ContractText.cs",
                "buildTransitive/JobGraphFile.cs",
                "buildTransitive/River.Runtime.props",
                "buildTransitive/River.Runtime.targets",
                "lib/net10.0/River.Runtime.dll",
                "lib/net10.0/River.Runtime.xml",
            ],
            FilesOf("River.Runtime"));
    }

    [Fact]
    public void River_Sqlite_carries_the_store_and_what_keeps_its_engine_when_trimmed()
    {
        Assert.Equal(
            [
                "README.md",
                "buildTransitive/River.Sqlite.targets",
                "lib/net10.0/River.Sqlite.dll",
                "lib/net10.0/River.Sqlite.xml",
            ],
            FilesOf("River.Sqlite"));
    }

    [Fact]
    public void River_EntityFrameworkCore_carries_its_library_alone() => Assert.Equal(
        ["README.md", "lib/net10.0/River.EntityFrameworkCore.dll", "lib/net10.0/River.EntityFrameworkCore.xml"],
        FilesOf("River.EntityFrameworkCore"));

    [Theory]
    [InlineData(
        "River.Runtime",
        "Microsoft.Extensions.Configuration.Binder", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting",
        "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Options", "Npgsql")]
    [InlineData("River.Sqlite", "Microsoft.Data.Sqlite.Core", "River.Runtime")]
    [InlineData("River.EntityFrameworkCore", "Microsoft.EntityFrameworkCore.Relational", "River.Runtime")]
    public void A_package_depends_on_what_it_uses_and_no_more(string id, params string[] dependencies)
    {
        Assert.Equal(dependencies, Nuspec(id).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (string)element.Attribute("id")!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("River.Sqlite", "Microsoft.Data.Sqlite.Core", "6.0.7")]
    [InlineData("River.EntityFrameworkCore", "Microsoft.EntityFrameworkCore.Relational", "10.0.0")]
    public void A_package_asks_for_the_lowest_version_that_serves(string id, string dependency, string version) => Assert.Equal(
        version,
        (string?)Nuspec(id).Descendants().Single(element => (string?)element.Attribute("id") == dependency).Attribute("version"));

    [Theory]
    [InlineData("River.Sqlite")]
    [InlineData("River.EntityFrameworkCore")]
    public void One_reference_brings_the_generator_too(string id)
    {
        var dependency = Nuspec(id).Descendants().Single(element => (string?)element.Attribute("id") == "River.Runtime");

        Assert.Equal("All", (string?)dependency.Attribute("include"));
        Assert.Equal(feed.Version, (string?)dependency.Attribute("version"));
    }

    [Theory]
    [InlineData("River.Runtime")]
    [InlineData("River.Sqlite")]
    [InlineData("River.EntityFrameworkCore")]
    public void A_package_is_no_development_dependency_and_says_its_licence_and_readme(string id)
    {
        var metadata = Nuspec(id).Descendants().Where(element => !element.HasElements).ToLookup(element => element.Name.LocalName, element => element.Value);

        Assert.Empty(metadata["developmentDependency"]);
        Assert.Equal("MIT", metadata["license"].Single());
        Assert.Equal("README.md", metadata["readme"].Single());
    }

    private string[] FilesOf(string id)
    {
        using var package = ZipFile.OpenRead(feed.Nupkg(id));
        string[] written = ["_rels/", "package/", "[Content_Types].xml", $"{id}.nuspec"];
        return [.. package.Entries.Select(entry => entry.FullName).Where(name => !written.Any(name.StartsWith)).Order(StringComparer.Ordinal)];
    }

    private XDocument Nuspec(string id)
    {
        using var package = ZipFile.OpenRead(feed.Nupkg(id));
        using var nuspec = package.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(nuspec);
    }
}
