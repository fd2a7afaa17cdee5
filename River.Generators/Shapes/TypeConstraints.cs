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
        if (argument.TypeKind is TypeKind.TypeParameter or TypeKind.Error)
            return false;
        if (argument.TypeKind == TypeKind.Dynamic)
            argument = compilation.ObjectType;
        var isNullable = argument.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;
        if ((parameter.HasReferenceTypeConstraint && !argument.IsReferenceType) || (parameter.HasValueTypeConstraint && (!argument.IsValueType || isNullable)))
            return true;
        var isViolated = IsWithoutStatics(argument)
            || (argument.IsRefLikeType && !parameter.AllowsRefLikeType)
            || (parameter.HasUnmanagedTypeConstraint && !argument.IsUnmanagedType)
            || (parameter.HasConstructorConstraint && !parameter.HasValueTypeConstraint && !CanBeMade(argument))
            || (!argument.IsRefLikeType && parameter.ConstraintTypes.Any(constraint =>
                Substitute(constraint, type, compilation) is { } needed && !IsA(argument, isNullable, needed, compilation) && !MayGrow(needed)));
        return isViolated && !MayGrow(argument);
    }

    private static bool MayGrow(ITypeSymbol type) => MayGrow(type, new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default));

    /// <summary>
    /// Whether a generator, ours among them, may yet give a type an interface, a base or a constructor, or make it or a field of it known.
    /// Bases are read of definitions: those of a constructed type may be ever longer ones, without end.
    /// </summary>
    private static bool MayGrow(ITypeSymbol type, HashSet<ITypeSymbol> seen)
    {
        if (type is IArrayTypeSymbol array)
            return MayGrow(array.ElementType, seen);
        if (type is not INamedTypeSymbol named)
            return false;
        if (named.TypeKind == TypeKind.Error || Arguments(named).Any(one => MayGrow(one, seen)))
            return true;
        var definition = named.OriginalDefinition;
        return seen.Add(definition)
            && (definition.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is BaseTypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
                || (definition.BaseType is { } above && MayGrow(above, seen))
                || definition.Interfaces.Any(one => MayGrow(one, seen))
                || (definition.IsValueType && definition.GetMembers().OfType<IFieldSymbol>().Any(field => MayGrow(field.Type, seen))));
    }

    /// <summary>The type's arguments, and those of the types around it.</summary>
    private static IEnumerable<ITypeSymbol> Arguments(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? type.TypeArguments.Concat(Arguments(outer)) : type.TypeArguments;

    /// <summary>Whether an interface leaves a static member to those that implement it, so that it is no argument itself.</summary>
    private static bool IsWithoutStatics(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Interface
        && type.AllInterfaces.Append(type).SelectMany(one => one.GetMembers()).Any(member => member is { IsStatic: true, IsAbstract: true } && type.FindImplementationForInterfaceMember(member) is null);

    private static bool CanBeMade(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol { IsAbstract: false, TypeKind: TypeKind.Class or TypeKind.Struct or TypeKind.Enum } made)
            return false;
        var isPlain = RequiredMembers.Of(made).IsEmpty;
        return (isPlain && made.IsValueType)
            || made.InstanceConstructors.Any(one => one.Parameters.IsEmpty && one.DeclaredAccessibility == Accessibility.Public && (isPlain || ConstructorShape.SetsRequiredMembers(one)));
    }

    /// <summary>By identity, inheritance, implementation, variance or boxing; a nullable value implements no interface and is no enum (C# specification, 8.4.5).</summary>
    private static bool IsA(ITypeSymbol argument, bool isNullable, ITypeSymbol needed, Compilation compilation)
    {
        if (isNullable && (needed.TypeKind == TypeKind.Interface || needed.SpecialType == SpecialType.System_Enum))
            return false;
        var conversion = compilation.ClassifyConversion(argument, needed);
        return conversion.IsIdentity || (conversion.IsImplicit && (conversion.IsReference || conversion.IsBoxing));
    }

    /// <summary>A constraint with the arguments in place of the parameters; null where that isn't plain.</summary>
    private static ITypeSymbol? Substitute(ITypeSymbol constraint, INamedTypeSymbol type, Compilation compilation)
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

        if (constraint is IArrayTypeSymbol array)
            return Substitute(array.ElementType, type, compilation) is { } element ? compilation.CreateArrayTypeSymbol(element, array.Rank) : null;
        if (constraint is not INamedTypeSymbol { IsGenericType: true } generic)
            return constraint is INamedTypeSymbol ? constraint : null;
        if (generic.ContainingType is { IsGenericType: true })
            return null;
        var arguments = generic.TypeArguments.Select(one => Substitute(one, type, compilation)).ToArray();
        return arguments.Any(one => one is null) ? null : generic.ConstructedFrom.Construct(arguments!);
    }
}
