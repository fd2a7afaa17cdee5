using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace River.PublicApi.Tests;

/// <summary>
/// Holds what applications compile against to a text beside this file. When it fails, read the difference, and accept it by
/// running the test with <c>RIVER_ACCEPT_SNAPSHOTS=1</c>.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Packages => ["River.Runtime", "River.Sqlite", "River.EntityFrameworkCore"];

    [Theory, MemberData(nameof(Packages))]
    public async Task The_public_surface_is_the_one_that_was_agreed(string package)
    {
        var surface = PublicSurface.Of(Assembly.Load(package));
        var verified = Path.Combine(Folder(), $"{package}.verified.txt");
        var received = Path.Combine(Folder(), $"{package}.received.txt");
        var known = File.Exists(verified) ? await File.ReadAllTextAsync(verified, TestContext.Current.CancellationToken) : "";
        if (string.Equals(known.ReplaceLineEndings("\n"), surface, StringComparison.Ordinal))
        {
            File.Delete(received);
            return;
        }

        var isAccepted = Environment.GetEnvironmentVariable("RIVER_ACCEPT_SNAPSHOTS") == "1";
        await File.WriteAllTextAsync(isAccepted ? verified : received, surface, TestContext.Current.CancellationToken);
        Assert.True(isAccepted, $"The public surface of {package} has changed:\n{Difference(known, surface)}\nIf that is meant, run this test with RIVER_ACCEPT_SNAPSHOTS=1.");
    }

    [Fact]
    public void A_member_more_or_less_shows()
    {
        var surface = PublicSurface.Of(typeof(PublicApiTests).Assembly);

        Assert.Contains("public sealed class River.PublicApi.Tests.Example<T> : System.IDisposable where T : class, new()", surface, StringComparison.Ordinal);
        Assert.Contains("  public string? Text { get; init; }", surface, StringComparison.Ordinal);
        Assert.Contains("  public static System.Threading.Tasks.Task<T?> FindAsync(string name, int count = 3, System.Threading.CancellationToken token = default)", surface, StringComparison.Ordinal);
        Assert.Contains("public enum River.PublicApi.Tests.ExampleKind : int { None = 0, Some = 4 }", surface, StringComparison.Ordinal);
        Assert.DoesNotContain("Hidden", surface, StringComparison.Ordinal);
    }

    private static string Difference(string before, string after)
    {
        var (old, now) = (before.ReplaceLineEndings("\n").Split('\n'), after.Split('\n'));
        return string.Join('\n', old.Except(now, StringComparer.Ordinal).Select(line => $"- {line.Trim()}").Concat(now.Except(old, StringComparer.Ordinal).Select(line => $"+ {line.Trim()}")));
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

/// <summary>What the text of a surface is tried on.</summary>
public sealed class Example<T> : IDisposable
    where T : class, new()
{
    public string? Text { get; init; }

    internal string Hidden { get; set; } = "";

    public static Task<T?> FindAsync(string name, int count = 3, CancellationToken token = default) => Task.FromResult<T?>(name.Length > count && !token.IsCancellationRequested ? new T() : null);

    public void Dispose()
    {
    }
}

/// <summary>An enum of the same sort.</summary>
public enum ExampleKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Something.</summary>
    Some = 4,
}
