using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace River.Analyzers.Tests.Harness;

/// <summary>What the package brings into the compiler, found as the compiler finds it.</summary>
internal static class Parts
{
    public static Assembly Generators { get; } = Assembly.Load("River.Generators");

    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } = [.. New<DiagnosticAnalyzer>(Assembly.Load("River.Analyzers"))];

    public static ImmutableArray<CodeFixProvider> Fixes { get; } = [.. New<CodeFixProvider>(Assembly.Load("River.Analyzers.CodeFixes"))];

    public static ImmutableArray<DiagnosticDescriptor> Rules { get; } =
        [.. Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Where(rule => rule.Category == "River").Distinct().OrderBy(rule => rule.Id, StringComparer.Ordinal)];

    public static DiagnosticDescriptor Rule(string id) => Rules.Single(rule => rule.Id == id);

    public static IEnumerable<T> New<T>(Assembly assembly) => assembly.GetTypes()
        .Where(type => !type.IsAbstract && typeof(T).IsAssignableFrom(type))
        .Select(type => (T)Activator.CreateInstance(type, nonPublic: true)!);
}
