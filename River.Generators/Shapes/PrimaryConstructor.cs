using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Shapes;

/// <summary>
/// The services that a class takes by a plain primary constructor, read from its syntax and the types that this names. For the
/// constructor's symbol the compiler looks through all methods of the class for parameters that they capture, which was
/// a sixth of what the generator costs.
/// </summary>
internal static class PrimaryConstructor
{
    /// <summary>Null where only symbols tell: where the class is generic, has another constructor, a base class, or anything but types and names in the list.</summary>
    public static EquatableArray<ServiceModel>? Services(INamedTypeSymbol type, KnownTypes known, CancellationToken cancellationToken)
    {
        // The syntax of a generic type names its parameters, where the constructed one has arguments.
        if (type.IsGenericType || type.TypeKind != TypeKind.Class || type.BaseType is not { SpecialType: SpecialType.System_Object })
            return null;

        ParameterListSyntax? list = null;
        foreach (var reference in type.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellationToken) is not ClassDeclarationSyntax part || part.Members.Any(IsConstructorOrRequired))
                return null;
            if (part.ParameterList is null)
                continue;
            // An attribute with the target "method" may mark the constructor.
            if (list is not null || part.AttributeLists.Any(one => one.Target is not null))
                return null;
            list = part.ParameterList;
        }

        return list is null || !known.Compilation.ContainsSyntaxTree(list.SyntaxTree) ? null : Services(list, known.Compilation.GetSemanticModel(list.SyntaxTree), cancellationToken);
    }

    private static EquatableArray<ServiceModel>? Services(ParameterListSyntax list, SemanticModel model, CancellationToken cancellationToken)
    {
        var services = ImmutableArray.CreateBuilder<ServiceModel>(list.Parameters.Count);
        foreach (var parameter in list.Parameters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isPlain = parameter is { AttributeLists.Count: 0, Modifiers.Count: 0, Default: null, Identifier.IsMissing: false };
            // GetTypeInfo would give a type that can't be meant, being private or of another arity; the constructor's symbol has an error there.
            if (!isPlain || parameter.Type is null || model.GetSymbolInfo(parameter.Type, cancellationToken).Symbol is not ITypeSymbol type || !ServiceShape.IsService(type, model.Compilation))
                return null;
            services.Add(new ServiceModel(parameter.Identifier.ValueText, CSharpText.Plain(type), Key: null, Default: null, type.IsValueType));
        }

        return new EquatableArray<ServiceModel>(services.MoveToImmutable());
    }

    private static bool IsConstructorOrRequired(MemberDeclarationSyntax member) => member switch
    {
        ConstructorDeclarationSyntax constructor => !constructor.Modifiers.Any(SyntaxKind.StaticKeyword),
        BasePropertyDeclarationSyntax or BaseFieldDeclarationSyntax => member.Modifiers.Any(SyntaxKind.RequiredKeyword),
        _ => false,
    };
}
