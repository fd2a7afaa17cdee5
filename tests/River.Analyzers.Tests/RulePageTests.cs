using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests;

/// <summary>Rules, their pages and the table of rules say the same.</summary>
public sealed class RulePageTests
{
    private static readonly string Pages = Path.Combine(
        typeof(RulePageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!, "docs", "rules");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Rules => [.. Parts.Rules.Select(rule => rule.Id).Distinct()];

    [Theory, MemberData(nameof(Rules))]
    public async Task Every_rule_has_a_page_and_links_to_it(string id)
    {
        var page = Path.Combine(Pages, id + ".md");
        Assert.True(File.Exists(page), page);
        var text = await File.ReadAllTextAsync(page, Token);

        Assert.All(Parts.Rules.Where(rule => rule.Id == id), rule =>
        {
            Assert.EndsWith($"/docs/rules/{id}.md", rule.HelpLinkUri, StringComparison.Ordinal);
            Assert.StartsWith($"# {id}: {rule.Title.ToString(CultureInfo.InvariantCulture)}\n", text, StringComparison.Ordinal);
        });
        Assert.All(["## Why", "## Wrong", "## Right", "## Configure or suppress", $"dotnet_diagnostic.{id}.severity"], part =>
            Assert.Contains(part, text, StringComparison.Ordinal));
    }

    // The page of RIVER039 is about project files.
    [Theory, MemberData(nameof(Rules))]
    public async Task The_wrong_code_of_a_page_is_what_its_rule_finds(string id)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Pages, id + ".md"), Token);
        var wrong = Regex.Match(page, "^```csharp no-compile\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture).Groups["code"].Value;
        Assert.Equal(id == "RIVER039", wrong.Length == 0);
        if (wrong.Length == 0)
            return;

        var project = await UserProject.OpenAsync(Whole(id, wrong), Token);
        var found = await Analysis.AllAsync(await UserProject.CompileAsync(project, Token), project.AnalyzerOptions, Token);

        Assert.Equal([id], found.Select(diagnostic => diagnostic.Id).Distinct());
    }

    // That it compiles, and that no other rule warns of it, is tested with all pages' code. What is a warning may be a suggestion there.
    [Theory, MemberData(nameof(Rules))]
    public async Task About_the_right_code_of_a_page_its_rule_is_silent(string id)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Pages, id + ".md"), Token);
        var right = Regex.Matches(page[page.IndexOf("## Right", StringComparison.Ordinal)..], "^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture);
        Assert.Equal(id is "RIVER028" or "RIVER039", right.Count == 0);
        foreach (var code in right.Select(block => block.Groups["code"].Value))
        {
            var project = await UserProject.OpenAsync(Whole(id, code), Token);
            var found = await Analysis.AllAsync(await UserProject.CompileAsync(project, Token), project.AnalyzerOptions, Token);
            Assert.DoesNotContain(found, diagnostic => diagnostic.Id == id && diagnostic.Severity >= Parts.Rules.Where(rule => rule.Id == id).Min(rule => rule.DefaultSeverity));
        }
    }

    [Fact]
    public void Every_page_has_a_rule() => Assert.Equal(
        Rules.Select(row => row.Data).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Pages, "RIVER*.md").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal));

    /// <summary>When it fails, the file it writes is what the table should be: rename it, or run it with <c>RIVER_ACCEPT_SNAPSHOTS=1</c>.</summary>
    [Fact]
    public async Task The_table_of_rules_is_up_to_date()
    {
        var expected = Table();
        var table = Path.Combine(Pages, "README.md");
        var received = Path.Combine(Pages, "README.received.md");
        if (File.Exists(table) && await File.ReadAllTextAsync(table, Token) == expected)
        {
            File.Delete(received);
            return;
        }

        var isAccepted = Environment.GetEnvironmentVariable("RIVER_ACCEPT_SNAPSHOTS") == "1";
        await File.WriteAllTextAsync(isAccepted ? table : received, expected, Token);
        Assert.True(isAccepted, $"The rules have changed: mv {received} {table}, or run this test with RIVER_ACCEPT_SNAPSHOTS=1");
    }

    [Fact]
    public void Ids_titles_severities_and_fixes_are_those_that_were_agreed()
    {
        // All that were agreed, also those that are still to be written.
        int[] errors = [1, 2, 3, 4, 5, 6, 8, 9, 12, 13, 14, 15, 16, 17, 26, 27, 30, 34, 39];
        int[] suggestions = [18, 25, 33];
        int[] withFix = [1, 4, 6, 7, 8, 11, 13, 16, 19, 20, 21, 23, 24, 25, 27, 28, 30, 31, 32, 36];
        Assert.All(Parts.Rules, rule => Assert.Equal(
            errors.Contains(Number(rule.Id)) ? DiagnosticSeverity.Error : suggestions.Contains(Number(rule.Id)) ? DiagnosticSeverity.Info : DiagnosticSeverity.Warning,
            rule.DefaultSeverity));
        Assert.All(Parts.Rules, rule =>
        {
            Assert.Equal("River", rule.Category);
            Assert.True(rule.IsEnabledByDefault);
            Assert.NotEmpty(rule.Description.ToString(CultureInfo.InvariantCulture));
        });
        Assert.Equal(
            Rules.Select(row => Number(row.Data)).Where(withFix.Contains).Order(),
            Parts.Fixes.SelectMany(fix => fix.FixableDiagnosticIds).Select(Number).Distinct().Order());

        static int Number(string id) => int.Parse(id.AsSpan("RIVER".Length), CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Rules_with_a_fix_do_not_wait_for_the_whole_compilation() => Assert.All(
        Parts.Fixes.SelectMany(fix => fix.FixableDiagnosticIds),
        id => Assert.All(Parts.Rules.Where(rule => rule.Id == id), rule => Assert.DoesNotContain(WellKnownDiagnosticTags.CompilationEnd, rule.CustomTags)));

    [Fact]
    public void Every_fix_can_be_applied_to_all_places() => Assert.All(Parts.Fixes, fix => Assert.NotNull(fix.GetFixAllProvider()));

    /// <summary>What a reader needn't see of some samples.</summary>
    private static Code Whole(string id, string code) => id switch
    {
        "RIVER013" => Code.Of("var services = new ServiceCollection(); var url = \"\";\n" + code).And("Queues.cs", "[assembly: Queue(\"default\")]").AsProgram(),
        "RIVER014" => Code.Of(code.Replace("…", "public Task WorkAsync(Job<SendInvoice> job, CancellationToken cancellationToken) => Task.CompletedTask;", StringComparison.Ordinal)),
        "RIVER026" => Code.Of("var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(); var url = \"\";\n" + code).And("Queues.cs", "[assembly: Queue(\"default\")]").AsProgram(),
        "RIVER040" => Code.Of("using Microsoft.AspNetCore.Http;\n" + code).And("AspNetCore.cs", RuleSamples.AspNetCore),
        "RIVER027" => Code.Of(code).AndText("River.Contracts.txt", "@queue default\nsend_invoice job\nsend_invoice arg order_id int64\n"),
        "RIVER028" => Code.Of(code).AndText("River.Contracts.txt", ""),
        "RIVER030" => Code.Of(
            "public sealed record Refund(long Id); public interface IBank { Task<bool> IsOpenAsync(CancellationToken ct); Task PayAsync(long id, CancellationToken ct); }"
            + "public class RefundWorker(IBank bank) {" + code + "}"),
        _ => Code.Of("using System.IO;\n" + code),
    };

    private static string Table()
    {
        var text = new StringBuilder(
            """
            # Rules

            Each rule has a page. Severities are set in `.editorconfig` (`dotnet_diagnostic.RIVER004.severity = warning`). This table is
            made from the rules by their tests.

            | rule | severity | what it finds | fix |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var rule in Parts.Rules.DistinctBy(rule => rule.Id))
        {
            var fix = Parts.Fixes.Any(fix => fix.FixableDiagnosticIds.Contains(rule.Id)) ? "yes" : "";
            text.Append(CultureInfo.InvariantCulture, $"| [{rule.Id}]({rule.Id}.md) | {rule.DefaultSeverity.ToString().ToLowerInvariant()} | {rule.Title} | {fix} |\n");
        }

        return text.ToString();
    }
}
