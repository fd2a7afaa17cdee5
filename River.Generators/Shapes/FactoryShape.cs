using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>How an object is made from a scope's services: a worker, or a retry policy.</summary>
internal static class FactoryShape
{
    /// <summary>Null where a problem was found.</summary>
    public static FactoryModel? Read(
        INamedTypeSymbol type,
        KnownTypes known,
        Location where,
        string subject,
        string role,
        string rule,
        ProblemList problems,
        CancellationToken cancellationToken)
    {
        if (TypeConstraints.AreViolated(type, known.Compilation))
        {
            problems.IsBroken = true;
            return null;
        }

        if (Unmakeable(type, known) is { } reason)
        {
            problems.Add(rule, where, subject, $"its {role} '{type.Name}' can't be made: {reason}");
            return null;
        }

        if (PrimaryConstructor.Services(type, known, cancellationToken) is { } taken)
            return new FactoryModel(CSharpText.Key(type), taken);

        if (ChooseConstructor(type, known) is not { } constructor)
        {
            problems.Add(rule, where, subject, $"its {role} '{type.Name}' has no constructor that generated code can call, or several that ask for equally much; mark one with [ActivatorUtilitiesConstructor]");
            return null;
        }

        if (!ConstructorShape.SetsRequiredMembers(constructor) && RequiredMembers.Of(type).FirstOrDefault() is { } required)
        {
            problems.Add(rule, where, subject, $"its {role} '{type.Name}' has the required member '{required.Name}', which services can't set; take it in the constructor");
            return null;
        }

        var services = ImmutableArray.CreateBuilder<ServiceModel>(constructor.Parameters.Length);
        foreach (var parameter in constructor.Parameters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ServiceShape.Read(parameter, known, rule, subject, problems) is { } service)
                services.Add(service);
        }

        return new FactoryModel(CSharpText.Key(type), new EquatableArray<ServiceModel>(services.ToImmutable()));
    }

    private static string? Unmakeable(INamedTypeSymbol type, KnownTypes known)
    {
        if (type.IsUnboundGenericType || type.TypeArguments.Any(argument => argument.TypeKind == TypeKind.TypeParameter))
            return "it is an open generic type";
        if (type.IsAbstract || type.IsStatic)
            return "it is abstract or static";
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || type.IsRefLikeType)
            return "it is neither a class nor a struct";
        return JobTypeShape.Unnameable(type) ?? (ConstructorShape.IsReachable(type, known) ? null : "generated code can't reach it");
    }

    private static IMethodSymbol? ChooseConstructor(INamedTypeSymbol type, KnownTypes known)
    {
        var reachable = type.InstanceConstructors.Where(one => ConstructorShape.IsReachable(one, known) && !one.IsVararg).ToImmutableArray();
        if (reachable.FirstOrDefault(one => one.Has("Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructorAttribute")) is { } marked)
            return marked;

        var visible = reachable.Where(one => one.DeclaredAccessibility == Accessibility.Public).ToImmutableArray();
        var candidates = visible.IsEmpty ? reachable : visible;
        var most = candidates.IsEmpty ? 0 : candidates.Max(one => one.Parameters.Length);
        var greatest = candidates.Where(one => one.Parameters.Length == most).ToImmutableArray();
        return greatest.Length == 1 ? greatest[0] : null;
    }
}

/// <summary>A parameter that the container fills.</summary>
internal static class ServiceShape
{
    /// <summary>Null where a problem was found.</summary>
    public static ServiceModel? Read(IParameterSymbol parameter, KnownTypes known, string rule, string subject, ProblemList problems)
    {
        var type = parameter.Type;
        var key = Key(parameter);
        if (IsBroken(type, known.Compilation) || (key is { Kind: TypedConstantKind.Type, Value: ITypeSymbol named } && TypeConstraints.AreViolated(named, known.Compilation)))
        {
            problems.IsBroken = true;
            return null;
        }

        if (parameter.RefKind is not (RefKind.None or RefKind.In))
            return Fault(parameter, rule, subject, "is passed by reference, so no service can be given", problems);
        if (!IsService(type, known.Compilation))
            return Fault(parameter, rule, subject, $"has the type '{CSharpText.Readable(type)}', which can't be a service", problems);

        return new ServiceModel(
            parameter.Name,
            CSharpText.Plain(type),
            key is { } given ? Expression(given) : null,
            parameter.HasExplicitDefaultValue ? CSharpText.Constant(type, parameter.ExplicitDefaultValue) : null,
            type.IsValueType);
    }

    /// <summary>Whether a container can give a type. Generated code isn't unsafe, so it can't name an array of pointers either.</summary>
    public static bool IsService(ITypeSymbol type, Compilation compilation) =>
        !IsBroken(type, compilation) && !type.IsRefLikeType && type.TypeKind != TypeKind.Dynamic && !TypeParts.HoldsPointer(type);

    /// <summary>Whether the type of a parameter is the compiler's error: it, or one that it is made of, is unknown, reached by nobody who could call, no type of a value, or of arguments that it forbids.</summary>
    private static bool IsBroken(ITypeSymbol type, Compilation compilation) => TypeConstraints.AreViolated(type, compilation) || TypeParts.Any(type, static one =>
        one.TypeKind is TypeKind.Error or TypeKind.TypeParameter
        || one.IsStatic
        || one.SpecialType == SpecialType.System_Void
        || (one is INamedTypeSymbol named && JobTypeShape.Unnameable(named) is not null));

    private static ServiceModel? Fault(IParameterSymbol parameter, string rule, string subject, string reason, ProblemList problems)
    {
        problems.Add(rule, JobShape.Where(parameter), subject, $"its parameter '{parameter.Name}' {reason}");
        return null;
    }

    private static TypedConstant? Key(IParameterSymbol parameter)
    {
        foreach (var attribute in parameter.GetAttributes())
        {
            if (attribute.AttributeClass.Is("Microsoft.Extensions.DependencyInjection.FromKeyedServicesAttribute")
                && attribute.ConstructorArguments.Length == 1
                && attribute.ConstructorArguments[0] is { IsNull: false } key)
            {
                return key;
            }
        }

        return null;
    }

    private static string? Expression(TypedConstant constant) => constant.Kind switch
    {
        TypedConstantKind.Type => "typeof(" + CSharpText.Plain((ITypeSymbol)constant.Value!) + ")",
        // The key is boxed, so a number keeps the type that the attribute gives it.
        TypedConstantKind.Primitive or TypedConstantKind.Enum => "(" + CSharpText.Key(constant.Type!) + ")" + "(" + CSharpText.Constant(constant.Type!, constant.Value) + ")",
        _ => null,
    };
}
