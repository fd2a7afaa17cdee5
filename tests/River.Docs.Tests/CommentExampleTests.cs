using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace River.Docs.Tests;

/// <summary>The examples in the XML documentation of public members compile, as those of the pages do.</summary>
public sealed partial class CommentExampleTests
{
    /// <summary>What the examples speak of.</summary>
    private const string Surroundings =
        """
        [assembly: Queue("default")]

        [Job]
        public sealed partial record AllocateFlux(long FluxId);

        [Job]
        public sealed partial record Cleanup(long FluxId, bool InKubernetes);

        public interface IFluxApi;

        public sealed class AllocateFluxWorker(IFluxApi flux) : IWorker<AllocateFlux>
        {
            public Task WorkAsync(Job<AllocateFlux> job, CancellationToken cancellationToken) => Task.FromResult(flux);
        }
        """;

    private static readonly string Root =
        typeof(CommentExampleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, int> Examples
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var path in new[] { "River.Runtime", "River.Sqlite", "River.EntityFrameworkCore" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)))
            {
                if (path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
                    continue;
                foreach (var example in In(File.ReadAllText(path)))
                    data.Add(Path.GetRelativePath(Root, path), example.Line);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Examples))]
    public async Task Every_example_compiles(string path, int line)
    {
        var (_, code) = In(await File.ReadAllTextAsync(Path.Combine(Root, path), Token)).Single(example => example.Line == line);
        // A variable that the example makes itself isn't given.
        var given = new[] { "IFluxApi flux", "Job<AllocateFlux> job", "AllocateFlux args" }.Where(parameter => !code.Contains($"var {parameter.Split(' ')[1]} ", StringComparison.Ordinal));

        var faults = await PageCompiler.FaultsAsync(
            path,
            [
                new MarkdownSample(Surroundings, 1, "", Alone: false),
                new MarkdownSample("using System.Text.Json.Nodes;\nusing Xunit;\n" + code, line, string.Join(", ", given), Alone: false),
            ],
            Token);

        Assert.Empty(faults);
    }

    private static IEnumerable<(int Line, string Code)> In(string source) => Example().Matches(source).Select(match => (
        2 + source.AsSpan(0, match.Index).Count('\n'),
        WebUtility.HtmlDecode(Slashes().Replace(match.Groups["code"].Value, ""))));

    [GeneratedRegex(@"/// <code>\s*\n(?<code>.*?)^\s*/// </code>", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Example();

    [GeneratedRegex("^ *///( |$)", RegexOptions.Multiline)]
    private static partial Regex Slashes();
}
