using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A worker that asks for the web request that isn't there.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class HttpContextInWorkerAnalyzer : DiagnosticAnalyzer
{
    private static readonly string[] Names = { "Microsoft.AspNetCore.Http.IHttpContextAccessor", "Microsoft.AspNetCore.Http.HttpContext" };

    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.HttpContextInWorker,
        "A worker depends on a web request",
        "the worker '{0}' depends on '{1}', but a job runs outside any web request, often in another process, so there is no HttpContext: it is null, or another request's; put what is needed of it (user, tenant, culture) into the job's arguments",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A job is worked after the request that enqueued it has ended. What the worker is to know of that request has to be stored with the job.",
        Rule.Page(RuleIds.HttpContextInWorker));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
                return;
            var contexts = Names.Select(start.Compilation.GetTypeByMetadataName).ToImmutableHashSet<ISymbol?>(SymbolEqualityComparer.Default).Remove(null);
            if (!contexts.IsEmpty)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known, contexts), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known, ImmutableHashSet<ISymbol?> contexts)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        foreach (var parameter in Services(type, known))
        {
            if (Reached(parameter.Type).FirstOrDefault(contexts.Contains) is { } found && JobShape.Where(parameter) is { IsInSource: true } where)
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, where, type.Name, found.Name));
        }
    }

    /// <summary>What is given to a worker: by its constructors, or by the method of a job that works itself.</summary>
    private static IEnumerable<IParameterSymbol> Services(INamedTypeSymbol type, KnownTypes known)
    {
        if (type.Find(known.JobAttribute) is not null)
            return type.GetMembers(SelfWorkingShape.MethodName).OfType<IMethodSymbol>().SelectMany(method => method.Parameters);
        return WorkerShape.IsWorker(type, known) ? type.InstanceConstructors.SelectMany(constructor => constructor.Parameters) : Enumerable.Empty<IParameterSymbol>();
    }

    // Also behind Lazy<…> and Func<…>.
    private static IEnumerable<ITypeSymbol> Reached(ITypeSymbol type) =>
        type is INamedTypeSymbol { IsGenericType: true } generic ? generic.TypeArguments.Prepend(type) : new[] { type };
}
