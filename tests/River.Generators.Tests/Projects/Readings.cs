using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using River.Shapes;

namespace River.Generators.Tests.Projects;

/// <summary>What the shared reading says of a project: the problems that analyzers report as errors.</summary>
internal static class Readings
{
    public static ImmutableArray<ShapeProblem> ProblemsOf(Compilation compilation)
    {
        var known = KnownTypes.Of(compilation)!;
        var problems = ImmutableArray.CreateBuilder<ShapeProblem>();
        foreach (var type in TypesOf(compilation.Assembly.GlobalNamespace))
        {
            problems.AddRange(JobShape.Read(type, known, default).Problems);
            problems.AddRange(WorkerShape.Read(type, known, default).Problems);
        }

        foreach (var attribute in compilation.Assembly.FindAll(known.QueueAttribute))
            problems.AddRange(QueueShape.Read(attribute, default).Problems);
        return problems.ToImmutable();
    }

    public static string Describe(IEnumerable<ShapeProblem> problems) =>
        string.Join('\n', problems.Select(problem => $"{problem.RuleId} {problem.Location.GetLineSpan().StartLinePosition.Line + 1}: {problem.Subject}: {problem.Reason}"));

    public static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol parent)
    {
        foreach (var member in parent.GetMembers().OfType<INamespaceOrTypeSymbol>())
        {
            if (member is INamedTypeSymbol type)
                yield return type;
            foreach (var nested in TypesOf(member))
                yield return nested;
        }
    }
}
