using River.Package.Tests.Scratch;
using Xunit;

[assembly: AssemblyFixture(typeof(PackageFeed))]

namespace River.Package.Tests.Scratch;

/// <summary>The packages, packed once for all tests from what the build made, in a folder that serves as a feed.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("river-packages-");
    private int _projects;

    /// <summary>A version that no other run has, so that no cache can hold an older package of that name.</summary>
    public string Version { get; } = $"0.1.0-test.{TimeProvider.System.GetUtcNow().Ticks}";

    internal string Packages => Path.Combine(_root.FullName, "packages");

    private string Feed => Path.Combine(_root.FullName, "feed");

    public async ValueTask InitializeAsync()
    {
        foreach (var project in new[] { "River.Runtime", "River.Sqlite", "River.EntityFrameworkCore" })
        {
            var packed = await CommandLine.RunAsync(
                "dotnet", Repository.Root, MachinePackages,
                "pack", project, "--no-build", "--configuration", Repository.Configuration, "--output", Feed, $"-p:Version={Version}", "-warnaserror", "-v", "quiet");
            packed.Succeeded();
        }
        // Nothing of the machine's or of a parent folder's own settings reaches the scratch projects, except where packages come from.
        // Nor does it matter whether the registry can be asked for advisories at this moment: without an answer there would be a warning.
        Write("Directory.Build.props", "<Project><PropertyGroup><NuGetAudit>false</NuGetAudit></PropertyGroup></Project>");
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
        File.Copy(Path.Combine(Repository.Root, "global.json"), Path.Combine(_root.FullName, "global.json"));
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <add key="scratch" value="{Feed}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="machine" value="{MachinePackages}" />
              </fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>The packed file of that name.</summary>
    public string Nupkg(string id) => Path.Combine(Feed, $"{id}.{Version}.nupkg");

    internal ScratchProject NewProject(string name)
    {
        var folder = Path.Combine(_root.FullName, $"{name}-{Interlocked.Increment(ref _projects)}");
        return new ScratchProject(this, Directory.CreateDirectory(folder).FullName);
    }

    public ValueTask DisposeAsync()
    {
        _root.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    // The solution's own restore has put every other package there; only River's are unpacked anew.
    private static string MachinePackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(_root.FullName, file), content);
}
