namespace River.Analyzers;

/// <summary>The rules' ids, each with a page of that name in <c>docs/rules</c>.</summary>
internal static class RuleIds
{
}
