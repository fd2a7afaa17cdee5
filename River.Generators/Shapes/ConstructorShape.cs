using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using River.Shapes.Json;

namespace River.Shapes;

/// <summary>Which constructor makes arguments, for reading JSON and for the typed enqueue method alike.</summary>
internal static class ConstructorShape
{
    public const string NoConstructor =
        "it has no constructor that generated code can call, or several with parameters; mark one that is public or internal with [JsonConstructor]";

    /// <summary>
    /// System.Text.Json's choice: the marked one, else the one without parameters, else the only one. A struct always has
    /// one without parameters, so there a single other one goes first if it takes only members, as a record's does. Asks
    /// symbols only: a type must look the same in a project reference and in a compiled one. Null where there is none.
    /// </summary>
    public static IMethodSymbol? Find(INamedTypeSymbol type, KnownTypes known)
    {
        if (type.InstanceConstructors.FirstOrDefault(one => one.Has(JsonAttributes.Constructor)) is { } marked)
            return IsReachable(marked, known) ? marked : null;

        var reachable = type.InstanceConstructors.Where(one => IsReachable(one, known) && !IsCopy(one)).ToImmutableArray();
        var candidates = reachable.Any(one => one.DeclaredAccessibility == Accessibility.Public)
            ? reachable.Where(one => one.DeclaredAccessibility == Accessibility.Public).ToImmutableArray()
            : reachable;
        var withParameters = candidates.Where(one => one.Parameters.Length > 0).ToImmutableArray();
        var without = candidates.FirstOrDefault(one => one.Parameters.Length == 0);
        if (without is null)
            return withParameters.Length == 1 ? withParameters[0] : null;
        return without.IsImplicitlyDeclared && type.IsValueType && withParameters.Length == 1 && TakesMembers(withParameters[0])
            ? withParameters[0]
            : without;
    }

    /// <summary>Whether <c>new T()</c> gives arguments that somebody meant.</summary>
    public static bool IsBuiltWithoutArguments(INamedTypeSymbol type, KnownTypes known)
    {
        if (Find(type, known) is not { } constructor)
            return false;
        var takesNothing = type.IsValueType ? constructor.Parameters.Length == 0 : constructor.Parameters.All(parameter => parameter.IsOptional || parameter.IsParams);
        return takesNothing && (SetsRequiredMembers(constructor) || !RequiredMembers.Of(type).Any());
    }

    public static bool SetsRequiredMembers(IMethodSymbol constructor) =>
        constructor.Has("System.Diagnostics.CodeAnalysis.SetsRequiredMembersAttribute");

    public static bool IsReachable(ISymbol symbol, KnownTypes known) =>
        known.Compilation.IsSymbolAccessibleWithin(symbol, known.Compilation.Assembly);

    private static bool IsCopy(IMethodSymbol constructor) =>
        constructor.Parameters.Length == 1
        && constructor.ContainingType.IsRecord
        && SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, constructor.ContainingType);

    private static bool TakesMembers(IMethodSymbol constructor) =>
        constructor.Parameters.All(parameter => constructor.ContainingType.GetMembers().OfType<IPropertySymbol>().Any(property => JsonMembers.Matches(parameter, property)));
}

/// <summary>The members that whoever makes an object must set.</summary>
internal static class RequiredMembers
{
    public static ImmutableArray<ISymbol> Of(INamedTypeSymbol type)
    {
        var members = ImmutableArray.CreateBuilder<ISymbol>();
        for (var part = type; part is not null && part.SpecialType == SpecialType.None; part = part.BaseType)
        {
            foreach (var member in part.GetMembers())
            {
                if (member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true } && !members.Any(one => one.Name == member.Name))
                    members.Add(member);
            }
        }

        return members.ToImmutable();
    }
}
