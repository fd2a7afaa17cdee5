using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes.Json;

namespace River.Shapes;

/// <summary>The parameters of a job's typed enqueue method: those of the constructor, and the members that must be set.</summary>
internal static class EnqueueShape
{
    public static EnqueueModel Read(INamedTypeSymbol type, IMethodSymbol constructor, KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        var documentation = DocumentationText.Of(type, cancellationToken);
        var isPublic = constructor.DeclaredAccessibility == Accessibility.Public;
        var required = ConstructorShape.SetsRequiredMembers(constructor) ? ImmutableArray<ISymbol>.Empty : RequiredMembers.Of(type);
        var parameters = new List<EnqueueParameter>();
        problems.IsBroken |= IsBroken(constructor.Parameters)
            || constructor.Parameters.Select(parameter => parameter.Type).Concat(required.Select(TypeOf)).Any(one => TypeConstraints.AreViolated(one, known.Compilation));
        foreach (var parameter in constructor.Parameters)
        {
            if (parameter.RefKind is not (RefKind.None or RefKind.In))
            {
                problems.Add(ShapeRules.Unregistrable, JobShape.Where(parameter), type.Name, $"its constructor takes '{parameter.Name}' by reference; take it by value");
                continue;
            }

            parameters.Add(new EnqueueParameter(
                parameter.Name,
                CSharpText.Declared(parameter.Type),
                parameter.HasExplicitDefaultValue ? CSharpText.Constant(parameter.Type, parameter.ExplicitDefaultValue) : parameter.IsOptional ? "default!" : null,
                IsConstructors: true,
                required.FirstOrDefault(member => IsNamed(member, parameter))?.Name,
                parameter.IsParams,
                documentation.Parameter(parameter.Name)));
        }

        var members = required
            .Where(member => !constructor.Parameters.Any(parameter => IsNamed(member, parameter)))
            .Select(member => new EnqueueParameter(
                member.Name,
                CSharpText.Declared(TypeOf(member)),
                null,
                IsConstructors: false,
                member.Name,
                IsParams: false,
                DocumentationText.Of(member, cancellationToken).Summary));
        // What has a default goes last, as the language wants it.
        var firstOptional = parameters.FindIndex(parameter => parameter.Default is not null);
        parameters.InsertRange(firstOptional < 0 ? parameters.Count : firstOptional, members);

        return new EnqueueModel(new EquatableArray<EnqueueParameter>(parameters.ToImmutableArray()), isPublic, documentation.Summary, ClassName(type), ObsoleteText.Of(constructor));
    }

    /// <summary>Parameters that the compiler refuses itself: without a name or of one name, or with a required one after an optional one.</summary>
    private static bool IsBroken(ImmutableArray<IParameterSymbol> parameters) =>
        parameters.Any(parameter => parameter.Name.Length == 0)
        || parameters.Select(parameter => parameter.Name).Distinct(System.StringComparer.Ordinal).Count() < parameters.Length
        || parameters.SkipWhile(parameter => !parameter.IsOptional).Any(parameter => !parameter.IsOptional && !parameter.IsParams);

    private static ITypeSymbol TypeOf(ISymbol member) => member is IPropertySymbol property ? property.Type : ((IFieldSymbol)member).Type;

    private static bool IsNamed(ISymbol member, IParameterSymbol parameter) =>
        string.Equals(parameter.Name, member.Name, System.StringComparison.OrdinalIgnoreCase);

    /// <summary>The class of the method; not the name of one that the application has in that namespace.</summary>
    private static string ClassName(INamedTypeSymbol type)
    {
        var path = type.Name;
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
            path = outer.Name + "." + path;
        var name = JsonTypes.Id(path) + "EnqueueExtensions";
        while (!type.ContainingNamespace.GetTypeMembers(name).IsEmpty)
            name += "_";
        return name;
    }
}
