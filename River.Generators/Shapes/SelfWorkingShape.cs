using System.Collections.Immutable;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>A job that works itself: an instance method <c>WorkAsync</c> on the job's type.</summary>
internal static class SelfWorkingShape
{
    public const string MethodName = "WorkAsync";

    /// <summary>Null where the job doesn't work itself, or a problem was found.</summary>
    public static SelfWorkingModel? Read(INamedTypeSymbol type, KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        var methods = type.GetMembers(MethodName).OfType<IMethodSymbol>().ToImmutableArray();
        if (methods.IsEmpty)
            return null;

        var method = methods[0];
        if (methods.Length > 1)
            return Fault(methods[1], type, "a job that works itself has one WorkAsync; rename the others", problems);
        if (method.IsStatic)
            return Fault(method, type, "WorkAsync is static, but it works the arguments that it is called on; remove 'static'", problems);
        if (method.IsGenericMethod)
            return Fault(method, type, "WorkAsync is generic, so nobody could say for which type to call it", problems);
        if (!ConstructorShape.IsReachable(method, known))
            return Fault(method, type, "WorkAsync is private or protected, so generated code can't call it; make it internal or public", problems);
        if (method.ReturnType.TypeKind == TypeKind.Error)
        {
            problems.IsBroken = true;
            return null;
        }

        var returnsValueTask = KnownTypes.Same(method.ReturnType, known.ValueTask);
        if (!returnsValueTask && !KnownTypes.Same(method.ReturnType, known.Task))
            return Fault(method, type, $"WorkAsync returns '{CSharpText.Readable(method.ReturnType)}'; it must return Task or ValueTask, or its end and its errors would go unseen", problems);

        var parameters = ImmutableArray.CreateBuilder<WorkParameter>(method.Parameters.Length);
        foreach (var parameter in method.Parameters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Parameter(parameter, type, known, problems) is { } read)
                parameters.Add(read);
        }

        return new SelfWorkingModel(new EquatableArray<WorkParameter>(parameters.ToImmutable()), returnsValueTask);
    }

    private static WorkParameter? Parameter(IParameterSymbol parameter, INamedTypeSymbol job, KnownTypes known, ProblemList problems)
    {
        if (parameter.RefKind is RefKind.None or RefKind.In)
        {
            if (KnownTypes.Same(parameter.Type, known.CancellationToken))
                return new WorkParameter(WorkParameterKind.CancellationToken, null);
            if (parameter.Type is INamedTypeSymbol named && KnownTypes.Same(named.OriginalDefinition, known.Job))
            {
                if (KnownTypes.Same(named.TypeArguments[0], job))
                    return new WorkParameter(WorkParameterKind.Job, null);
                problems.Add(ShapeRules.InvalidWorker, JobShape.Where(parameter), job.Name, $"WorkAsync takes '{CSharpText.Readable(named)}', but it works '{job.Name}'; take Job<{job.Name}>");
                return null;
            }
        }

        return ServiceShape.Read(parameter, known, ShapeRules.InvalidWorker, job.Name, problems) is { } service
            ? new WorkParameter(WorkParameterKind.Service, service)
            : null;
    }

    private static SelfWorkingModel? Fault(IMethodSymbol method, INamedTypeSymbol type, string reason, ProblemList problems)
    {
        problems.Add(ShapeRules.InvalidWorker, JobShape.Where(method), type.Name, reason);
        return null;
    }
}
