using System.Reflection;
using Xunit;

namespace River.Docs.Tests;

public sealed class PageTests
{
    private static readonly string Root =
        typeof(PageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Pages =>
    [
        .. Directory.EnumerateFiles(Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path))
            .Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(Pages))]
    public async Task Every_sample_compiles(string page)
    {
        var samples = MarkdownSample.Read(await File.ReadAllTextAsync(Path.Combine(Root, page), Token)).ToArray();
        string[] faults =
        [
            .. await PageCompiler.FaultsAsync(page, samples.Where(sample => !sample.Alone), Token),
            .. (await Task.WhenAll(samples.Where(sample => sample.Alone).Select(sample => PageCompiler.FaultsAsync(page, [sample], Token)))).SelectMany(faults => faults),
        ];

        Assert.True(faults.Length == 0, string.Join(Environment.NewLine, faults));
    }

    [Fact]
    public async Task The_readme_has_samples()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Root, "README.md"), Token);

        Assert.InRange(MarkdownSample.Read(readme).Count(), 3, 100);
    }

    [Theory]
    [InlineData("var x = Missing;", "page.md(1,9): error CS0103")]
    [InlineData("[Job(Queue = \"nowhere\")] public sealed partial record Lost(long Id);", "page.md(1,14): error RIVER004")]
    public async Task A_sample_that_is_wrong_is_reported_with_its_place_on_the_page(string code, string fault)
    {
        var faults = await PageCompiler.FaultsAsync("page.md", [new MarkdownSample(code, 1, "", Alone: true)], Token);

        Assert.Contains(faults, found => found.StartsWith(fault, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task Every_link_to_a_file_leads_somewhere(string page)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Root, page), Token);
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        var targets = System.Text.RegularExpressions.Regex.Matches(text, @"\]\((?<target>[^)#:\s]+)(#[^)]*)?\)").Select(match => match.Groups["target"].Value);

        Assert.All(targets, target => Assert.True(Path.Exists(Path.Combine(folder, target)), target));
    }
}
