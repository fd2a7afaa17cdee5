using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Shapes;
using River.Shapes.Json;

namespace River.Analyzers.Rules;

/// <summary>Bytes, or an entity of the application's database, stored with the job where a key would do.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class HeavyArgumentAnalyzer : DiagnosticAnalyzer
{
    private const string ContextName = "Microsoft.EntityFrameworkCore.DbContext";

    // Bytes that are short by their nature.
    private static readonly string[] Short = { "hash", "checksum", "digest", "signature", "version", "etag", "key", "salt", "nonce", "token", "password", "secret" };

    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.HeavyArgument,
        "An argument is stored where a key would do",
        "'{0}' {1}",
        Rule.Category,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Arguments are copied into the job's row and read with it, by every fetch and every dashboard. A key is small, and what it leads to is as it is when the job runs.",
        Rule.Page(RuleIds.HeavyArgument));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
                return;
            var contextType = start.Compilation.GetTypeByMetadataName(ContextName);
            var entities = new Lazy<ImmutableHashSet<ISymbol?>>(() => contextType is null
                ? ImmutableHashSet<ISymbol?>.Empty
                : EntitiesIn(start.Compilation.Assembly.GlobalNamespace, contextType).ToImmutableHashSet<ISymbol?>(SymbolEqualityComparer.Default));
            start.RegisterSymbolAction(symbol => Analyze(symbol, known, entities), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known, Lazy<ImmutableHashSet<ISymbol?>> entities)
    {
        var job = (INamedTypeSymbol)context.Symbol;
        if (job.Find(known.JobAttribute) is null)
            return;
        foreach (var property in JsonMembers.Serialized(job))
        {
            var where = JobShape.Where(property);
            if (!where.IsInSource)
                continue;
            var name = job.Name + "." + property.Name;
            if (StoredMembers.Held(property.Type).FirstOrDefault(entities.Value.Contains) is { } entity)
            {
                context.ReportDiagnostic(Diagnostic.Create(
                    Descriptor,
                    where,
                    DiagnosticSeverity.Warning,
                    additionalLocations: null,
                    properties: null,
                    name,
                    $"stores a copy of the entity '{entity.Name}', which may have changed, or be gone, when the job runs, and which takes along what hangs on it; store its key and load it in the worker"));
            }
            else if (IsBytes(property.Type) && !Short.Contains(MemberWords.Of(property.Name).Last))
            {
                context.ReportDiagnostic(Diagnostic.Create(
                    Descriptor,
                    where,
                    name,
                    "stores bytes in the job's row, as Base64, a third longer, and every fetch and dashboard reads them; store them elsewhere and their key here"));
            }
        }
    }

    private static bool IsBytes(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => array.ElementType.SpecialType == SpecialType.System_Byte || IsBytes(array.ElementType),
        INamedTypeSymbol { IsGenericType: true, TypeArguments: { Length: 1 } arguments } generic when generic.Name is "Memory" or "ReadOnlyMemory" =>
            generic.ContainingNamespace is { Name: "System", ContainingNamespace.IsGlobalNamespace: true } && arguments[0].SpecialType == SpecialType.System_Byte,
        _ => false,
    };

    private static IEnumerable<INamedTypeSymbol> EntitiesIn(INamespaceOrTypeSymbol container, INamedTypeSymbol contextType)
    {
        foreach (var member in container.GetMembers())
        {
            if (member is INamedTypeSymbol type && DerivesFrom(type, contextType))
            {
                foreach (var set in type.GetMembers().OfType<IPropertySymbol>().Select(property => property.Type).OfType<INamedTypeSymbol>())
                {
                    if (set is { Name: "DbSet", TypeArguments.Length: 1 } && set.TypeArguments[0] is INamedTypeSymbol entity)
                        yield return entity;
                }
            }

            if (member is INamespaceOrTypeSymbol inner)
            {
                foreach (var entity in EntitiesIn(inner, contextType))
                    yield return entity;
            }
        }
    }

    private static bool DerivesFrom(INamedTypeSymbol type, INamedTypeSymbol contextType)
    {
        for (var part = type.BaseType; part is not null; part = part.BaseType)
        {
            if (KnownTypes.Same(part, contextType))
                return true;
        }

        return false;
    }
}
