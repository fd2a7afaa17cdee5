using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Shapes;

/// <summary>
/// Whether type arguments are what their constraints ask for. The compiler says so where the application writes the type, and would
/// say it again where generated code does. What can't be told for certain counts as satisfied.
/// </summary>
internal static class TypeConstraints
{
    /// <summary>Whether a type, or one that it is made of, has an argument that its constraint forbids.</summary>
    public static bool AreViolated(ITypeSymbol type, Compilation compilation)
    {
        if (type is IArrayTypeSymbol array)
            return AreViolated(array.ElementType, compilation);
        for (var part = type as INamedTypeSymbol; part is { IsUnboundGenericType: false }; part = part.ContainingType)
        {
            for (var i = 0; i < part.TypeArguments.Length; i++)
            {
                if (IsViolated(part.TypeParameters[i], part.TypeArguments[i], part, compilation) || AreViolated(part.TypeArguments[i], compilation))
                    return true;
            }
        }

        return false;
    }

    private static bool IsViolated(ITypeParameterSymbol parameter, ITypeSymbol argument, INamedTypeSymbol type, Compilation compilation)
    {
        if (argument.TypeKind is TypeKind.TypeParameter or TypeKind.Error or TypeKind.Dynamic)
            return false;
        var isNullable = argument.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;
        if ((parameter.HasReferenceTypeConstraint && !argument.IsReferenceType) || (parameter.HasValueTypeConstraint && (!argument.IsValueType || isNullable)))
            return true;
        var isViolated = (parameter.HasConstructorConstraint && !CanBeMade(argument))
            || (!argument.IsRefLikeType && parameter.ConstraintTypes.Any(constraint =>
                Substitute(constraint, type) is { } needed && !IsA(argument, isNullable, needed, compilation) && !MayGrow(needed)));
        return isViolated && !MayGrow(argument);
    }

    private static bool MayGrow(ITypeSymbol type) => MayGrow(type, new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default));

    /// <summary>Whether a generator, ours among them, may yet give a type an interface, a base or a constructor, or make it known.</summary>
    private static bool MayGrow(ITypeSymbol type, HashSet<ITypeSymbol> seen)
    {
        if (!seen.Add(type))
            return false;
        if (type is IArrayTypeSymbol array)
            return MayGrow(array.ElementType, seen);
        if (type is not INamedTypeSymbol named)
            return false;
        return named.TypeKind == TypeKind.Error
            || named.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is BaseTypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
            || (named.BaseType is { } above && MayGrow(above, seen))
            || named.Interfaces.Any(one => MayGrow(one, seen))
            || named.TypeArguments.Any(one => MayGrow(one, seen));
    }

    private static bool CanBeMade(ITypeSymbol type) =>
        type.IsValueType
        || (type is INamedTypeSymbol { TypeKind: TypeKind.Class, IsAbstract: false } made
            && made.InstanceConstructors.Any(one => one.Parameters.IsEmpty && one.DeclaredAccessibility == Accessibility.Public));

    /// <summary>By identity, inheritance, implementation, variance or boxing; a nullable value implements no interface (C# specification, 8.4.5).</summary>
    private static bool IsA(ITypeSymbol argument, bool isNullable, ITypeSymbol needed, Compilation compilation)
    {
        if (isNullable && needed.TypeKind == TypeKind.Interface)
            return false;
        var conversion = compilation.ClassifyConversion(argument, needed);
        return conversion.IsIdentity || (conversion.IsImplicit && (conversion.IsReference || conversion.IsBoxing));
    }

    /// <summary>A constraint with the arguments in place of the parameters; null where that isn't plain.</summary>
    private static ITypeSymbol? Substitute(ITypeSymbol constraint, INamedTypeSymbol type)
    {
        if (constraint is ITypeParameterSymbol parameter)
        {
            for (var part = type; part is not null; part = part.ContainingType)
            {
                if (SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol.OriginalDefinition, part.OriginalDefinition))
                    return part.TypeArguments[parameter.Ordinal] is { TypeKind: not TypeKind.TypeParameter } argument ? argument : null;
            }

            return null;
        }

        if (constraint is not INamedTypeSymbol { IsGenericType: true } generic)
            return constraint is INamedTypeSymbol ? constraint : null;
        if (generic.ContainingType is { IsGenericType: true })
            return null;
        var arguments = generic.TypeArguments.Select(one => Substitute(one, type)).ToArray();
        return arguments.Any(one => one is null) ? null : generic.ConstructedFrom.Construct(arguments!);
    }
}
