using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using River.Grammar;
using River.Grammar.Cron;

namespace River.Shapes;

/// <summary>The one reading of <c>[Periodic]</c>, on a job or on its worker.</summary>
internal static class ScheduleShape
{
    /// <summary>Why a type that is neither job nor worker has no schedule.</summary>
    public const string MisplacedReason =
        "[Periodic] is read on a job or on a worker that is registered, and this type is neither, so the schedule would never be followed; put it on the type with [Job], or on the class that implements IWorker and is neither abstract nor generic";

    private const string FactoryName = "Create";
    private const string Misfire = "Misfire";
    private const string MisfireLimit = "MisfireLimit";
    private const int MisfirePolicies = 3;
    private const int MostMissed = 10_000;

    /// <param name="declared">The type that has the attributes.</param>
    /// <param name="job">The job that is enqueued.</param>
    /// <param name="kind">The job's kind, which is the schedule's name where the attribute gives none.</param>
    /// <param name="known">River's types.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static EquatableArray<ScheduleModel> Read(
        INamedTypeSymbol declared,
        INamedTypeSymbol job,
        string kind,
        KnownTypes known,
        ProblemList problems,
        CancellationToken cancellationToken)
    {
        ImmutableArray<ScheduleModel>.Builder? schedules = null;
        foreach (var attribute in declared.FindAll(known.PeriodicAttribute))
        {
            schedules ??= ImmutableArray.CreateBuilder<ScheduleModel>();
            cancellationToken.ThrowIfCancellationRequested();
            if (attribute.ConstructorArguments.Length != 1
                || attribute.ConstructorArguments[0].Kind == TypedConstantKind.Error
                || attribute.NamedArguments.Any(argument => argument.Value.Kind == TypedConstantKind.Error))
            {
                problems.IsBroken = true;
                continue;
            }

            var cron = attribute.ConstructorArguments[0].Value as string ?? "";
            if (!CronExpression.TryParse(cron, out _, out var error))
                problems.Add(ShapeRules.InvalidCron, Within(attribute, error!, cancellationToken), cron, error!.Message);

            var id = attribute.Named("Id")?.Value as string;
            if (id is not null && !KindName.IsValid(id, out var reason))
                problems.Add(ShapeRules.InvalidValue, attribute.LocationOf("Id", cancellationToken), id, "the schedule's id is refused: " + reason);
            if (schedules.Any(earlier => earlier.Id == (id ?? kind)))
                problems.Add(ShapeRules.Unregistrable, attribute.LocationOf("Id", cancellationToken), declared.Name, TwiceReason(id ?? kind));

            CheckMisfire(attribute, id ?? kind, problems, cancellationToken);
            var usesCreate = HasFactory(job, known);
            if (!usesCreate && !ConstructorShape.IsBuiltWithoutArguments(job, known))
            {
                problems.Add(
                    ShapeRules.NoPeriodicArgs,
                    attribute.GetLocation(cancellationToken),
                    job.Name,
                    $"it is enqueued on a schedule, but can't be made without arguments; add 'public static {job.Name} Create(PeriodicContext context)' to it");
            }

            schedules.Add(new ScheduleModel(
                CSharpText.Key(job),
                SymbolEqualityComparer.Default.Equals(job.ContainingAssembly, known.Compilation.Assembly),
                kind,
                id ?? kind,
                cron,
                attribute.Named("TimeZone")?.Value as string,
                attribute.Named("RunOnStart")?.Value is true,
                attribute.Named(Misfire)?.Value as int? ?? 0,
                attribute.Named(MisfireLimit)?.Value as int?,
                usesCreate));
        }

        return schedules is null ? EquatableArray<ScheduleModel>.Empty : new EquatableArray<ScheduleModel>(schedules.ToImmutable());
    }

    /// <summary>Why two schedules of one name can't both be registered.</summary>
    public static string TwiceReason(string id, string? other = null) =>
        $"the schedule id '{id}' is given twice{(other is null ? "" : ", here and by " + other)}, and a schedule's slots are kept in the database by its id; give each [Periodic] an Id of its own";

    /// <summary>The expression as written; null where the compiler has an error of its own.</summary>
    public static string? CronOf(AttributeData schedule) =>
        schedule.ConstructorArguments.Length == 1 && schedule.ConstructorArguments[0] is { Kind: TypedConstantKind.Primitive, Value: string cron } ? cron : null;

    /// <summary>Whether a job says itself what a schedule gives it.</summary>
    public static bool HasFactory(INamedTypeSymbol job, KnownTypes known) =>
        job.GetMembers(FactoryName).OfType<IMethodSymbol>().Any(method =>
            method is { IsStatic: true, IsGenericMethod: false, ReturnsByRef: false, ReturnsByRefReadonly: false, Parameters.Length: 1 }
            && method.Parameters[0].RefKind is RefKind.None or RefKind.In
            && KnownTypes.Same(method.Parameters[0].Type, known.PeriodicContext)
            && KnownTypes.Same(method.ReturnType, job)
            && ConstructorShape.IsReachable(method, known));

    private static void CheckMisfire(AttributeData attribute, string id, ProblemList problems, CancellationToken cancellationToken)
    {
        if (attribute.Named(Misfire)?.Value is int and (< 0 or >= MisfirePolicies))
            problems.Add(ShapeRules.InvalidValue, attribute.LocationOf(Misfire, cancellationToken), id, "Misfire is no value of its enum; write Misfire.One, Misfire.Skip or Misfire.All");
        if (attribute.Named(MisfireLimit)?.Value is int limit and (< 1 or > MostMissed))
        {
            problems.Add(
                ShapeRules.InvalidValue,
                attribute.LocationOf(MisfireLimit, cancellationToken),
                id,
                $"MisfireLimit is {Text.Of(limit)}; it must be from 1 to {Text.Of(MostMissed)}. For no missed slot at all write Misfire = Misfire.Skip",
                Text.Of(limit < 1 ? 1 : MostMissed));
        }
    }

    /// <summary>The offending part inside the literal; the whole argument where it is no literal.</summary>
    private static Location Within(AttributeData attribute, CronError error, CancellationToken cancellationToken) =>
        attribute.ApplicationSyntaxReference?.GetSyntax(cancellationToken) is AttributeSyntax { ArgumentList.Arguments: { Count: > 0 } arguments }
        && LiteralText.Within(arguments[0].Expression, error.Offset, error.Length) is { } part
            ? part
            : attribute.LocationOf(0, cancellationToken);
}
