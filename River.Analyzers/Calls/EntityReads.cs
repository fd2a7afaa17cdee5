using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>What the local variables of a body were read from: where by a query of EF Core, a context tracks their entities.</summary>
internal sealed class EntityReads
{
    // What these return is, or may be, something new that no context tracks.
    private static readonly ImmutableHashSet<string> Projections = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        "Select", "SelectMany", "Join", "LeftJoin", "RightJoin", "GroupJoin", "GroupBy", "Zip", "Aggregate", "AsNoTracking", "AsNoTrackingWithIdentityResolution");

    private readonly Lazy<Dictionary<ISymbol, IOperation?>> _values;

    public EntityReads(IOperation body) => _values = new Lazy<Dictionary<ISymbol, IOperation?>>(() => Values(body));

    /// <summary>The context that tracks what is assigned to: an entity that a local variable was read as, or <c>db.Entry(order)</c>.</summary>
    /// <param name="target">What is assigned to.</param>
    /// <param name="value">What is assigned; null for what is only counted up or down.</param>
    public IOperation? ChangedBy(IOperation target, IOperation? value) => target is not IPropertyReferenceOperation { Instance: { } instance } property || property.Property.Has("System.ComponentModel.DataAnnotations.Schema.NotMappedAttribute")
        ? null
        : instance.Plain() switch
        {
            ILocalReferenceOperation { Local: var local } => ReadFrom(ValueOf(local), local.Type),
            // The context forgets it, or the change.
            IInvocationOperation { TargetMethod.Name: "Entry" } entry when value?.Plain() is not IFieldReferenceOperation { Field.Name: "Detached" or "Unchanged" } => EntityContext.Of(entry.Instance),
            _ => null,
        };

    /// <summary>The context that tracks an entity as it was read by a query; null for what it doesn't, such as a projection.</summary>
    private IOperation? ReadFrom(IOperation? from, ITypeSymbol entity)
    {
        for (var hops = 0; from is not null && hops < 100; hops++)
        {
            switch (from)
            {
                case ICoalesceOperation orElse:
                    from = orElse.Value.Plain();
                    break;
                case ILocalReferenceOperation { Local: var local }:
                    from = ValueOf(local);
                    break;
                case IInvocationOperation call when EntityContext.IsContext(call.Instance?.Type):
                    return IsOfFramework(call.TargetMethod) && call.TargetMethod.TypeArguments.Contains(entity, SymbolEqualityComparer.Default) ? call.Instance : null;
                case IInvocationOperation call:
                    from = IsOfFramework(call.TargetMethod) && !Projections.Contains(call.TargetMethod.Name) ? EntityContext.Receiver(call) : null;
                    break;
                case IPropertyReferenceOperation { Instance: { } context, Type: INamedTypeSymbol set } when EntityContext.IsContext(context.Type):
                    return set.Is("Microsoft.EntityFrameworkCore.DbSet") && set.TypeArguments.Contains(entity, SymbolEqualityComparer.Default) ? context : null;
                default:
                    return null;
            }
        }

        return null;
    }

    private IOperation? ValueOf(ILocalSymbol local) => _values.Value.TryGetValue(local, out var value) ? value : null;

    // A method of the application's may hand on a copy.
    private static bool IsOfFramework(IMethodSymbol method) =>
        method.ContainingNamespace.ToDisplayString() is "System.Linq" or "Microsoft.EntityFrameworkCore";

    private static Dictionary<ISymbol, IOperation?> Values(IOperation body)
    {
        var values = new Dictionary<ISymbol, IOperation?>(SymbolEqualityComparer.Default);
        foreach (var operation in body.Descendants())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declared when declared.GetVariableInitializer() is { Value: var value }:
                    Add(declared.Symbol, value);
                    break;
                case IForEachLoopOperation { LoopControlVariable: IVariableDeclaratorOperation { Symbol: var local }, Collection: var collection }:
                    Add(local, collection);
                    break;
                case IIsPatternOperation { Pattern: var pattern, Value: var value } when Named(pattern) is { } local:
                    Add(local, value);
                    break;
                case IAssignmentOperation { Target: ILocalReferenceOperation { Local: var local } }:
                    // It may hold something else from here on.
                    values[local] = null;
                    break;
            }
        }

        return values;

        void Add(ISymbol local, IOperation value)
        {
            if (!values.ContainsKey(local))
                values.Add(local, value.Plain());
        }
    }

    /// <summary>What <c>is { } order</c> and <c>is not Order order</c> name.</summary>
    private static ISymbol? Named(IPatternOperation pattern) => pattern switch
    {
        INegatedPatternOperation { Pattern: var inner } => Named(inner),
        IRecursivePatternOperation { DeclaredSymbol: var local } => local,
        IDeclarationPatternOperation { DeclaredSymbol: var local } => local,
        _ => null,
    };
}
