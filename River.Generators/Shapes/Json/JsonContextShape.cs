using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Shapes.Json;

/// <summary>A context of the application's own, named by <c>[Job(JsonContext = …)]</c>.</summary>
internal static class JsonContextShape
{
    /// <summary>The context's name; null where none is given, or a problem was found.</summary>
    public static string? Read(INamedTypeSymbol job, AttributeData attribute, ProblemList problems, CancellationToken cancellationToken)
    {
        if (attribute.Named("JsonContext") is not { IsNull: false } value)
            return null;
        if (value.Value is not INamedTypeSymbol context || context.TypeKind == TypeKind.Error)
        {
            problems.IsBroken = true;
            return null;
        }

        var reason = DerivesFromContext(context)
            ? JobTypeShape.Unnameable(context)
            : "it doesn't derive from JsonSerializerContext";
        if (reason is null)
            return CSharpText.Key(context);
        problems.Add(ShapeRules.NotSerializable, attribute.LocationOf("JsonContext", cancellationToken), job.Name, $"its JsonContext '{context.Name}' can't be used: {reason}");
        return null;
    }

    private static bool DerivesFromContext(INamedTypeSymbol type)
    {
        for (var part = type.BaseType; part is not null; part = part.BaseType)
        {
            if (part.Is(JsonAttributes.ContextBase))
                return true;
        }

        return false;
    }
}
