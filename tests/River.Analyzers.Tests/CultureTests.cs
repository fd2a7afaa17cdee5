using System.Globalization;
using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests;

/// <summary>The machine's language and line ends change nothing that a rule finds or says.</summary>
public sealed class CultureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("fa-IR")]
    public async Task The_culture_changes_no_finding(string culture)
    {
        var (before, beforeInterface) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            foreach (var (rule, code) in RuleSamples.All)
            {
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
                var expected = await FindAsync(code);
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
                Assert.Equal(expected, await FindAsync(code));
                Assert.StartsWith(rule, Assert.Single(expected), StringComparison.Ordinal);
            }
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, beforeInterface);
        }
    }

    [Fact]
    public async Task Line_ends_of_Windows_change_no_finding()
    {
        foreach (var code in RuleSamples.All.Values)
            Assert.Equal(await FindAsync(code), await FindAsync(code.InWindowsLines()));
    }

    private static async Task<IReadOnlyList<string>> FindAsync(Code code)
    {
        var project = await UserProject.OpenAsync(code, Token);
        var found = await Analysis.AllAsync(await UserProject.CompileAsync(project, Token), project.AnalyzerOptions, Token);
        return [.. found.Select(one => $"{one.Id} {one.Location.GetLineSpan()} {one.GetMessage(CultureInfo.CurrentCulture)}")];
    }
}
