using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Shapes;

/// <summary>Whether a type can get a second part that makes it a job, and what that part looks like.</summary>
internal static class JobTypeShape
{
    /// <summary>Whether the declaration can be repeated and named from generated code.</summary>
    public static bool Check(INamedTypeSymbol type, ProblemList problems, CancellationToken cancellationToken)
    {
        var where = JobShape.Where(type);
        if (Unregistrable(type) is { } reason)
        {
            problems.Add(ShapeRules.Unregistrable, where, type.Name, reason);
            return false;
        }

        if (IsDeclaredTwice(type))
        {
            problems.IsBroken = true;
            return false;
        }

        var partial = true;
        for (var part = type; part is not null; part = part.ContainingType)
        {
            if (IsPartial(part, cancellationToken))
                continue;
            partial = false;
            problems.Add(
                ShapeRules.NotPartial,
                JobShape.Where(part),
                part.Name,
                SymbolEqualityComparer.Default.Equals(part, type)
                    ? "a job must be partial, because its other part is generated; write 'partial' before the type's keyword"
                    : $"it contains the job '{type.Name}', whose other part is generated, so it must be partial too");
        }

        return partial;
    }

    /// <summary>Why generated code can't name a type; null if it can.</summary>
    public static string? Unnameable(INamedTypeSymbol type)
    {
        for (var part = type; part is not null; part = part.ContainingType)
        {
            var what = SymbolEqualityComparer.Default.Equals(part, type) ? "it" : $"its containing type '{part.Name}'";
            if (part.IsFileLocal)
                return what + " is local to its file, where generated code can't reach it; remove 'file'";
            if (part.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
                return what + " is private or protected, so generated code can't reach it; make it internal or public";
        }

        return null;
    }

    public static TypeModel Read(INamedTypeSymbol type)
    {
        var parts = new Stack<string>();
        var isPublic = true;
        for (var part = type; part is not null; part = part.ContainingType)
        {
            parts.Push(Keyword(part) + " " + CSharpText.Identifier(part.Name));
            isPublic &= part.DeclaredAccessibility == Accessibility.Public;
        }

        return new TypeModel(
            CSharpText.Key(type),
            MetadataName(type),
            type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)) : "",
            type.Name,
            parts.ToEquatableArray(),
            isPublic);
    }

    private static string? Unregistrable(INamedTypeSymbol type)
    {
        if (type.IsGenericType)
        {
            return type.TypeParameters.Length > 0
                ? "it is generic, and a job is one kind with one shape; declare a type for each job"
                : "it is nested in a generic type, so it isn't one kind with one shape; move it out";
        }

        if (type.IsStatic)
            return "it is static, so there is nothing to enqueue";
        if (type.IsAbstract)
            return "it is abstract, so it can't be read back; put [Job] on the types that derive from it";
        if (type.IsRefLikeType)
            return "it is a ref struct, which can't be stored";
        return Unnameable(type);
    }

    /// <summary>Two declarations that are no parts of one type, such as a record and a class.</summary>
    private static bool IsDeclaredTwice(INamedTypeSymbol type)
    {
        var parent = (INamespaceOrTypeSymbol?)type.ContainingType ?? type.ContainingNamespace;
        return parent.GetTypeMembers(type.Name, type.Arity).Count(one => !one.IsFileLocal) > 1;
    }

    private static bool IsPartial(INamedTypeSymbol type, CancellationToken cancellationToken) =>
        type.DeclaringSyntaxReferences.All(reference =>
            reference.GetSyntax(cancellationToken) is not TypeDeclarationSyntax declaration || declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string Keyword(INamedTypeSymbol type) => type.TypeKind switch
    {
        TypeKind.Interface => "interface",
        TypeKind.Struct => type.IsRecord ? "record struct" : "struct",
        _ => type.IsRecord ? "record" : "class",
    };

    /// <summary>The name that hints and facts use: dots between namespaces, <c>+</c> before nested types.</summary>
    public static string MetadataName(INamedTypeSymbol type)
    {
        var name = type.MetadataName;
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
            name = outer.MetadataName + "+" + name;
        for (var space = type.ContainingNamespace; space is { IsGlobalNamespace: false }; space = space.ContainingNamespace)
            name = space.Name + "." + name;
        return name;
    }
}
