using System.Reflection;
using River.Analyzers.Tests.Corpus;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests;

/// <summary>
/// Of every rule there is all that a rule needs. A rule without a page or with wrong code on it that nobody finds fails in
/// <see cref="RulePageTests"/>, one that can't be suppressed in <see cref="SuppressionTests"/>; one of which a part is missing fails here.
/// </summary>
public sealed class RuleCompletenessTests
{
    // Their snippets need more than code: the contract's files, an older language version.
    private static readonly string[] WithoutSnippet = ["RIVER027", "RIVER028", "RIVER039"];

    private static readonly string[] Ids = [.. typeof(JobGraphAnalyzer).Assembly.GetType("River.Analyzers.RuleIds", throwOnError: true)!
        .GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_id_is_reported_by_a_rule_and_has_a_page_and_a_sample()
    {
        Assert.Equal(Ids, Parts.Rules.Select(rule => rule.Id).Distinct());
        Assert.Equal(Ids, RuleSamples.All.Keys);
        Assert.Equal(Ids, Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "rules"), "RIVER*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_rule_is_in_the_release_files()
    {
        var released = new[] { "Shipped", "Unshipped" }.SelectMany(name => File.ReadLines(Path.Combine(Repository.Root, "River.Analyzers", $"AnalyzerReleases.{name}.md")))
            .Select(line => line.Split('|')[0].Trim());

        Assert.Empty(Ids.Except(released));
    }

    [Fact]
    public void Every_rule_has_tests_of_its_own_for_what_it_finds_and_for_what_it_leaves_alone()
    {
        var tests = typeof(RuleTest).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(RuleTest)) && !type.IsAbstract)
            .GroupBy(type => (string)typeof(RuleTest).GetProperty("Rule", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(Activator.CreateInstance(type))!, StringComparer.Ordinal)
            .ToDictionary(rule => rule.Key, rule => rule.Sum(type => type.GetMethods().Count(method => method.GetCustomAttribute<FactAttribute>() is not null)), StringComparer.Ordinal);

        Assert.All(Ids, id => Assert.InRange(tests.GetValueOrDefault(id), 2, 1000));
    }

    [Fact]
    public void The_corpus_has_code_that_each_rule_finds()
    {
        var found = Snippet.Groups.SelectMany(Snippet.Read).SelectMany(snippet => snippet.Expected.Split(' ')).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(Ids.Except(found).Except(WithoutSnippet));
    }
}
