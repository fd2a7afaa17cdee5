namespace River.Analyzers;

/// <summary>What all rules share.</summary>
internal static class Rule
{
    public const string Category = "River";

    // The one place that says where the repository is published.
    private const string Repository = "https://river-dotnet.example/";

    /// <summary>The address of a rule's page.</summary>
    public static string Page(string id) => Repository + "docs/rules/" + id + ".md";
}
