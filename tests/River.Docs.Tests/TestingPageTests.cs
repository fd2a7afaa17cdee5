using System.Reflection;
using Xunit;

namespace River.Docs.Tests;

/// <summary>The tests that docs/testing.md shows pass.</summary>
public sealed class TestingPageTests
{
    private const string Page = "docs/testing.md";

    private static readonly string Root =
        typeof(TestingPageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!;

    private static readonly Lazy<Assembly> Samples = new(() => PageCompiler.Load(Page, MarkdownSample.Read(File.ReadAllText(Path.Combine(Root, Page)))));

    public static TheoryData<string> Tests =>
        [.. Samples.Value.GetTypes().SelectMany(type => type.GetMethods()).Where(IsTest).Select(test => $"{test.DeclaringType!.Name}.{test.Name}")];

    [Theory, MemberData(nameof(Tests))]
    public async Task A_test_of_the_page_passes(string test)
    {
        var method = Samples.Value.GetTypes().SelectMany(type => type.GetMethods()).Single(method => IsTest(method) && $"{method.DeclaringType!.Name}.{method.Name}" == test);
        var instance = Activator.CreateInstance(method.DeclaringType!)!;
        try
        {
            await (Task)method.Invoke(instance, null)!;
        }
        finally
        {
            (instance as IDisposable)?.Dispose();
        }
    }

    [Fact]
    public void The_page_has_tests() => Assert.InRange(Tests.Count, 3, 20);

    private static bool IsTest(MethodInfo method) => method.IsDefined(typeof(FactAttribute));
}
