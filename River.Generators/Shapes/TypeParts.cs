using System;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>A type with all that it is made of: elements, arguments, and the arguments of the types around it.</summary>
internal static class TypeParts
{
    public static bool Any(ITypeSymbol type, Func<ITypeSymbol, bool> what)
    {
        if (what(type))
            return true;
        if (type is IArrayTypeSymbol array)
            return Any(array.ElementType, what);
        for (var part = type as INamedTypeSymbol; part is not null; part = part.ContainingType)
        {
            if (part.TypeArguments.Any(one => Any(one, what)))
                return true;
        }

        return false;
    }

    /// <summary>Whether only unsafe code may name it, which generated code isn't.</summary>
    public static bool HoldsPointer(ITypeSymbol type) => Any(type, static one => one.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer);
}
