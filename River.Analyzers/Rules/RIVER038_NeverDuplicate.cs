using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>Unique by all arguments of which one is new each time.</summary>
internal sealed class NeverDuplicate : CodeRule
{
    private const string Guid = "System.Guid";

    // Moments that stand for a day or a stretch of time are the same for every job of it.
    private static readonly string[] Buckets =
    {
        "day", "date", "week", "month", "quarter", "year", "hour", "slot", "period", "bucket", "start", "begin", "end", "from", "to", "since", "until", "due", "deadline", "midnight", "birth", "expiry", "expires",
    };

    private static readonly string[] Chances = { "random", "nonce", "correlation", "request", "trace", "message", "execution", "run" };

    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.NeverDuplicate,
        "A unique job that never has a duplicate",
        "'{0}' is unique by all its arguments, and '{1}' is {2}: no two jobs are alike, so none is ever held back as a duplicate; mark the members that make it the same job [Unique], or take '{1}' out",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Args = true puts all arguments into the unique key. A moment or a random number among them makes every key another one.",
        Rule.Page(RuleIds.NeverDuplicate));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("NewGuid*", "CreateVersion7*");

    public override void Start(CodeStart start)
    {
        var known = start.Known;
        start.RegisterSymbolAction(symbol => AnalyzeJob(symbol, known), SymbolKind.NamedType);
        start.RegisterOperationAction(operation => AnalyzeCreation(operation, known), OperationKind.ObjectCreation);
    }

    private static void AnalyzeJob(SymbolAnalysisContext context, KnownTypes known)
    {
        var job = (INamedTypeSymbol)context.Symbol;
        foreach (var property in MembersOf(job, known, context.CancellationToken))
        {
            if (NewEachTime(property, context.CancellationToken) is { } what && JobShape.Where(property) is { IsInSource: true } where)
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, where, job.Name, property.Name, what));
        }
    }

    /// <summary>A member that is in order by itself, and gets something random where the job is made.</summary>
    private static void AnalyzeCreation(OperationContext context, KnownTypes known)
    {
        var creation = (IObjectCreationOperation)context.Operation;
        if (creation.Type is not INamedTypeSymbol job || job.Find(known.JobAttribute) is null)
            return;

        foreach (var argument in creation.Arguments)
        {
            if (argument is { ArgumentKind: ArgumentKind.Explicit, Value: IInvocationOperation call } && IsNewGuid(call.TargetMethod)
                && MembersOf(job, known, context.CancellationToken).FirstOrDefault(one => Shapes.Json.JsonMembers.Matches(argument.Parameter!, one)) is { } property
                && NewEachTime(property, context.CancellationToken) is null)
            {
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, argument.Value.Syntax.GetLocation(), job.Name, property.Name, "a new Guid here"));
            }
        }
    }

    /// <summary>The members of a job that is unique by all of them; none where a method of its own says what a schedule gives it.</summary>
    private static ImmutableArray<IPropertySymbol> MembersOf(INamedTypeSymbol job, KnownTypes known, CancellationToken cancellationToken)
    {
        if (job.Find(known.JobAttribute) is null || job.Find(known.UniqueAttribute)?.Named("Args")?.Value is not true || ScheduleShape.HasFactory(job, known))
            return ImmutableArray<IPropertySymbol>.Empty;
        var members = UniqueMembers.Of(job, known, cancellationToken);
        return members.AreMarked ? ImmutableArray<IPropertySymbol>.Empty : members.All.Select(member => member.Property).ToImmutableArray();
    }

    /// <summary>What makes a member another one in every job; null where it need not be.</summary>
    private static string? NewEachTime(IPropertySymbol property, CancellationToken cancellationToken)
    {
        var type = property.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : property.Type;
        var words = MemberWords.Of(property.Name);
        if (type.SpecialType == SpecialType.System_DateTime || type.Is("System.DateTimeOffset"))
            return Buckets.Any(words.Contain) && !IsNow(InitializerOf(property, cancellationToken)) ? null : "a moment in time";
        if (type.Is(Guid))
            return IsNewGuid(InitializerOf(property, cancellationToken)) || Chances.Any(words.Contain) ? "a random Guid" : null;
        return null;
    }

    private static string? InitializerOf(IPropertySymbol property, CancellationToken cancellationToken) =>
        property.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken)).OfType<PropertyDeclarationSyntax>()
            .Select(declaration => declaration.Initializer?.Value.ToString()).FirstOrDefault(text => text is not null);

    private static bool IsNow(string? initializer) => initializer is not null && (initializer.Contains(".UtcNow") || initializer.Contains(".Now"));

    private static bool IsNewGuid(string? initializer) => initializer is not null && (initializer.Contains("Guid.NewGuid(") || initializer.Contains("Guid.CreateVersion7("));

    private static bool IsNewGuid(IMethodSymbol method) => method.Name is "NewGuid" or "CreateVersion7" && method.ContainingType.Is(Guid);
}
