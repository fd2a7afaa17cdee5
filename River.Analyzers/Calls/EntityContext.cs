using System;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>EF Core's contexts, known by name: nothing here references EF Core.</summary>
internal static class EntityContext
{
    private const string Context = "Microsoft.EntityFrameworkCore.DbContext";

    private static readonly ImmutableHashSet<string> Changes = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        "Add", "AddAsync", "AddRange", "AddRangeAsync", "Update", "UpdateRange", "Remove", "RemoveRange");

    public static bool IsContext(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Is(Context))
                return true;
        }

        return false;
    }

    public static bool IsTransaction(ITypeSymbol? type) => type.Is("Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction");

    /// <summary>The context that a call adds something to, changes or removes something of.</summary>
    public static IOperation? ChangedBy(IInvocationOperation call) => Changes.Contains(call.TargetMethod.Name) ? Of(call.Instance) : null;

    /// <summary>The context whose changes a call stores.</summary>
    public static IOperation? SavedBy(IInvocationOperation call) =>
        call.TargetMethod.Name is "SaveChanges" or "SaveChangesAsync" && IsContext(call.Instance?.Type) ? call.Instance : null;

    /// <summary>The context that an expression starts from: of <c>db.Orders</c>, <c>db.Set&lt;Order&gt;()</c> and <c>db.Database</c> it is <c>db</c>.</summary>
    public static IOperation? Of(IOperation? value) => value switch
    {
        null => null,
        _ when IsContext(value.Type) => value,
        IPropertyReferenceOperation { Instance: { } of } when IsContext(of.Type) => of,
        IInvocationOperation { TargetMethod.Name: "Set", Instance: { } of } when IsContext(of.Type) => of,
        _ => null,
    };

    /// <summary>What a method is called on, an extension method too: beginning a transaction of some isolation level is one.</summary>
    public static IOperation? Receiver(IInvocationOperation call) =>
        call.Instance ?? (call.TargetMethod.IsExtensionMethod && call.Arguments.Length > 0 ? call.Arguments[0].Value.Plain() : null);

    /// <summary>What a context is called by; null where two mentions of it may mean different ones.</summary>
    public static ISymbol? Symbol(IOperation? context) => context?.Plain() switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => field.Field,
        IPropertyReferenceOperation { Instance: null or IInstanceReferenceOperation } property => property.Property,
        _ => null,
    };
}
