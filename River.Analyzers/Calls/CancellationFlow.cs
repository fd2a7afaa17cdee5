using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>Cancellation tokens: which one is at hand, and who looks at it.</summary>
internal sealed class CancellationFlow
{
    private readonly INamedTypeSymbol? _token;

    public CancellationFlow(KnownTypes known) => _token = known.CancellationToken;

    public bool IsToken(ITypeSymbol? type) => KnownTypes.Same(type, _token);

    /// <summary>The parameter of the nearest function that has one; null where there is none, or a choice.</summary>
    public string? TokenAt(IOperation place, IMethodSymbol method)
    {
        foreach (var outer in place.Ancestors())
        {
            var function = outer switch
            {
                IAnonymousFunctionOperation lambda => lambda.Symbol,
                ILocalFunctionOperation local => local.Symbol,
                _ => null,
            };
            if (function is null)
                continue;
            if (function.IsStatic || function.Parameters.Any(parameter => IsToken(parameter.Type)))
                return OnlyOne(function.Parameters);
        }

        return OnlyOne(method.Parameters);
    }

    /// <summary>Whether an operation, or anything in it, deals with a token that can be cancelled.</summary>
    public bool IsObservedIn(IOperation operation) => operation.DescendantsAndSelf().Any(one =>
        (IsToken(one.Type) && one is (ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation or IInvocationOperation) && !IsNone(one))
        || one.Type.Is("System.Threading.CancellationTokenSource"));

    /// <summary>Whether a token is kept where calls without an argument can see it.</summary>
    public bool IsKeptBy(INamedTypeSymbol type) => type.GetMembers().Any(member => member is IFieldSymbol field && (IsToken(field.Type) || field.Type.Is("System.Threading.CancellationTokenSource")));

    private static bool IsNone(IOperation operation) => operation is IPropertyReferenceOperation { Property: { Name: "None", IsStatic: true } };

    private string? OnlyOne(ImmutableArray<IParameterSymbol> parameters)
    {
        var tokens = parameters.Where(parameter => IsToken(parameter.Type) && parameter.Name is not ("" or "_")).ToArray();
        return tokens.Length == 1 ? tokens[0].Name : null;
    }
}
