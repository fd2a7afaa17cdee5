namespace River.Package.Tests.Scratch;

/// <summary>A folder with projects of a user's, who knows the packages only.</summary>
internal sealed class ScratchProject(PackageFeed feed, string folder)
{
    private const string Sdk = "Microsoft.NET.Sdk";

    public string Folder => folder;

    public ScratchProject Write(string file, string content)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    /// <summary>A program that works jobs on SQLite.</summary>
    public ScratchProject WriteHostProject(string file, string items = "", bool warningsAreErrors = true) =>
        WriteProject(file, Sdk, "Exe", warningsAreErrors, $"""
                <PackageReference Include="River.Sqlite" Version="{feed.Version}" />
                <PackageReference Include="SQLitePCLRaw.bundle_e_sqlite3" Version="{Repository.SqliteBundleVersion}" />
                <PackageReference Include="Microsoft.Extensions.Hosting" Version="{Repository.ExtensionsVersion}" />
                {items}
            """);

    /// <summary>A library that declares jobs.</summary>
    public ScratchProject WriteLibraryProject(string file, string items = "") =>
        WriteProject(file, Sdk, "Library", warningsAreErrors: true, $"""
                <PackageReference Include="River.Runtime" Version="{feed.Version}" />
                {items}
            """);

    /// <summary>A web application that works jobs on SQLite.</summary>
    public ScratchProject WriteWebProject(string file) =>
        WriteProject(file, Sdk + ".Web", "Exe", warningsAreErrors: true, $"""
                <PackageReference Include="River.Sqlite" Version="{feed.Version}" />
                <PackageReference Include="SQLitePCLRaw.bundle_e_sqlite3" Version="{Repository.SqliteBundleVersion}" />
            """);

    /// <summary>A program of tests.</summary>
    public ScratchProject WriteTestProject(string file) =>
        WriteProject(file, Sdk, "Exe", warningsAreErrors: true, $"""
                <PackageReference Include="River.Runtime" Version="{feed.Version}" />
                <PackageReference Include="xunit.v3" Version="{Repository.XunitVersion}" />
            """);

    public Task<Outcome> BuildAsync(string project = ".") => RunAsync("build", project, "-v", "quiet", "--nologo", "-clp:NoSummary");

    /// <summary>Builds what was restored already.</summary>
    public Task<Outcome> BuildAgainAsync(string project = ".") => RunAsync("build", project, "--no-restore", "-v", "quiet", "--nologo", "-clp:NoSummary");

    public Task<Outcome> RunAsync(params string[] arguments) => CommandLine.RunAsync("dotnet", folder, feed.Packages, arguments);

    /// <summary>Runs a published program.</summary>
    public Task<Outcome> RunProgramAsync(string file) => CommandLine.RunAsync(Path.Combine(folder, file), folder, feed.Packages);

    private ScratchProject WriteProject(string file, string sdk, string outputType, bool warningsAreErrors, string items) => Write(file, $"""
        <Project Sdk="{sdk}">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>{outputType}</OutputType>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>{warningsAreErrors}</TreatWarningsAsErrors>
          </PropertyGroup>
          <ItemGroup>
        {items}
          </ItemGroup>
        </Project>
        """);
}
