using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A unique key that can't be made, or that River's clients would make of something else.</summary>
internal static class InvalidUnique
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.InvalidUnique,
        "A unique key can't be made",
        "'{0}' can't be unique like this: {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The key is a hash of the kind, a time bucket, the queue and stored members, made alike by clients of River in every language. What isn't stored can't belong to it, and what has more than one spelling makes more than one key.",
        Rule.Page(RuleIds.InvalidUnique));
}

/// <summary>RIVER017, as a warning, for floating-point members of a key: the job is registered all the same.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FloatingUniqueMemberAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(InvalidUnique.Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is { } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        var job = (INamedTypeSymbol)context.Symbol;
        if (job.Find(known.JobAttribute) is null)
            return;

        foreach (var property in UniqueMembers.Of(job, known, context.CancellationToken).All.Select(member => member.Property).Where(IsFloatingPoint).Distinct(SymbolEqualityComparer.Default))
        {
            var where = JobShape.Where(property!);
            context.ReportDiagnostic(Diagnostic.Create(
                InvalidUnique.Descriptor,
                where.IsInSource ? where : JobShape.Where(job),
                DiagnosticSeverity.Warning,
                additionalLocations: null,
                properties: null,
                job.Name,
                $"'{property!.Name}' is a floating-point number, and the key is made of its text: 0.3 and 0.1 + 0.2 are two jobs; take a decimal or an integer, or mark other members [Unique]"));
        }
    }

    private static bool IsFloatingPoint(IPropertySymbol property)
    {
        var type = property.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : property.Type;
        return type.SpecialType is SpecialType.System_Single or SpecialType.System_Double || type.Is("System.Half");
    }
}
