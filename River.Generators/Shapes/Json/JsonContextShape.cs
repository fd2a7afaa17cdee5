using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Shapes.Json;

/// <summary>A context of the application's own, named by <c>[Job(JsonContext = …)]</c>.</summary>
internal static class JsonContextShape
{
    private const int WebDefaults = 1;

    /// <summary>The context's name; null where none is given, or a problem was found.</summary>
    public static string? Read(INamedTypeSymbol job, AttributeData attribute, KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        if (attribute.Named("JsonContext") is not { IsNull: false } value)
            return null;
        if (value.Value is not INamedTypeSymbol context || context.TypeKind == TypeKind.Error || TypeConstraints.AreViolated(context, known.Compilation))
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

    /// <summary>How the members of a job are named: by us, or as the context of its own says.</summary>
    public static JsonNaming NamingOf(INamedTypeSymbol job, KnownTypes known)
    {
        if (job.Find(known.JobAttribute)?.Named("JsonContext")?.Value is not INamedTypeSymbol context)
            return JsonNaming.SnakeCase;

        foreach (var attribute in context.GetAttributes())
        {
            if (!attribute.AttributeClass.Is(JsonAttributes.ContextOptions))
                continue;
            if (attribute.Named("PropertyNamingPolicy")?.Value is int policy and not 0)
                return new JsonNaming(policy);
            return attribute.ConstructorArguments.Length == 1 && attribute.ConstructorArguments[0].Value is WebDefaults
                ? JsonNaming.CamelCase
                : JsonNaming.AsWritten;
        }

        return JsonNaming.AsWritten;
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
