using Microsoft.CodeAnalysis;
using River.Shapes;

namespace River.Analyzers;

internal static class ShapeProblemDiagnostics
{
    public static Diagnostic ToDiagnostic(this ShapeProblem problem, DiagnosticDescriptor rule) =>
        Diagnostic.Create(rule, problem.Location, FixHints.Suggesting(problem.Suggestion), problem.Subject, problem.Reason);
}
