using System.Runtime.CompilerServices;
using River.Generators.Tests.Projects;
#if !USE_VERIFY
using System.Reflection;
#endif

namespace River.Generators.Tests.Snapshots;

/// <summary>
/// Compares what is generated with files beside the test, by the conventions of Verify.SourceGenerators:
/// <c>TestClass.Method#HintName.verified.cs</c>, and <c>.received.cs</c> where it differs. To accept what was received,
/// run the tests with the environment variable <c>RIVER_ACCEPT_SNAPSHOTS=1</c>.
/// </summary>
internal static class Snapshot
{
#if USE_VERIFY
    public static Task Match(GeneratedProject project, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        var settings = new VerifyTests.VerifySettings();
        settings.ScrubLinesWithReplace(WithoutVersion);
        settings.UseTypeName(Path.GetFileNameWithoutExtension(file));
        settings.UseMethodName(method);
        VerifyTests.VerifySourceGenerators.Initialize();
        return VerifyXunit.Verifier.Verify(project.Driver, settings, file)
            .IgnoreGeneratedResult(source => source.HintName.Contains("EmbeddedAttribute", StringComparison.Ordinal));
    }
#else
    private const string AcceptVariable = "RIVER_ACCEPT_SNAPSHOTS";

    private static bool IsAccepted => Environment.GetEnvironmentVariable(AcceptVariable) == "1";

    public static async Task Match(GeneratedProject project, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        var folder = FolderOf(file);
        var prefix = Path.GetFileNameWithoutExtension(file) + "." + method + "#";
        var received = project.Files.ToDictionary(
            generated => prefix + generated.Key[..^".cs".Length],
            generated => $"//HintName: {generated.Key}\n{WithoutVersion(generated.Value)}",
            StringComparer.Ordinal);
        var verified = Directory.GetFiles(folder, prefix + "*.verified.cs")
            .ToDictionary(path => Path.GetFileName(path)[..^".verified.cs".Length], StringComparer.Ordinal);

        var different = new List<string>();
        foreach (var (name, text) in received)
        {
            if (verified.TryGetValue(name, out var path) && string.Equals(await ReadAsync(path), text, StringComparison.Ordinal))
                continue;
            different.Add(name);
            await File.WriteAllTextAsync(Path.Combine(folder, name + (IsAccepted ? ".verified.cs" : ".received.cs")), text, TestContext.Current.CancellationToken);
        }

        foreach (var name in verified.Keys.Except(received.Keys, StringComparer.Ordinal))
        {
            different.Add(name + " (no longer generated)");
            if (IsAccepted)
                File.Delete(verified[name]);
        }

        Assert.True(
            different.Count == 0 || IsAccepted,
            $"What is generated differs from the verified files; compare with the .received.cs beside them, or accept with {AcceptVariable}=1:\n{string.Join('\n', different)}");
    }

    /// <summary>The test's folder on this machine: a deterministic build compiles other paths in.</summary>
    private static string FolderOf(string file)
    {
        const string project = "River.Generators.Tests/";
        var directory = typeof(Snapshot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "ProjectDirectory").Value!;
        var path = file.Replace('\\', '/');
        return Path.Combine(directory, Path.GetDirectoryName(path[(path.LastIndexOf(project, StringComparison.Ordinal) + project.Length)..])!);
    }

    private static async Task<string> ReadAsync(string path) =>
        (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Replace("\r\n", "\n", StringComparison.Ordinal);
#endif

    /// <summary>The stamp's version changes with every release, and says nothing about what is generated.</summary>
    private static string WithoutVersion(string text)
    {
        var version = typeof(RiverGenerator).Assembly.GetName().Version!.ToString();
        return text.Replace($"\"River.Generators\", \"{version}\"", "\"River.Generators\", \"{version}\"", StringComparison.Ordinal);
    }
}
