using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>An argument whose name says that it is a secret.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SecretArgumentAnalyzer : DiagnosticAnalyzer
{
    private static readonly string[] Secrets =
    {
        "password", "passwords", "passphrase", "secret", "secrets", "token", "tokens", "api key", "api keys", "apikey", "private key", "access key", "connection string", "credentials",
    };

    // What such a name ends with when it speaks of the secret rather than being one.
    private static readonly string[] Mentions =
    {
        "id", "ids", "hash", "hashes", "count", "length", "name", "names", "type", "kind", "version", "index", "policy", "at", "on", "date", "time", "expiry", "expires", "expiration", "lifetime", "required", "enabled", "changed", "reset", "request", "requested", "hint", "address", "email",
    };

    private static readonly string[] Positions = { "page token", "continuation token", "next token", "cursor token", "sync token", "cancellation token", "concurrency token", "change token", "lease token", "lock token", "etag token" };

    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.SecretArgument,
        "An argument is named like a secret",
        "'{0}' is named like a secret, and arguments are stored in clear text: in the database and its backups, for as long as the job is kept, and shown by every dashboard; store a key by which the worker finds it",
        Rule.Category,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "A job's arguments are JSON in a table. Whoever may read the table, a backup of it or a dashboard reads them.",
        Rule.Page(RuleIds.SecretArgument));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
                return;
            // A type that several jobs hold is spoken of once.
            var said = new ConcurrentDictionary<ISymbol, bool>(SymbolEqualityComparer.Default);
            start.RegisterSymbolAction(symbol => Analyze(symbol, known, said), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known, ConcurrentDictionary<ISymbol, bool> said)
    {
        var job = (INamedTypeSymbol)context.Symbol;
        if (job.Find(known.JobAttribute) is null)
            return;
        foreach (var property in StoredMembers.Of(job, context.CancellationToken))
        {
            // A converter may well encrypt it.
            if (IsSecret(property) && Shapes.Json.JsonAttributes.Converter(property) is null && JobShape.Where(property) is { IsInSource: true } where && said.TryAdd(property, true))
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, where, property.ContainingType.Name + "." + property.Name));
        }
    }

    private static bool IsSecret(IPropertySymbol property)
    {
        var words = MemberWords.Of(property.Name);
        return Secrets.Any(words.Contain) && !Mentions.Contains(words.Last) && !Positions.Any(words.Contain) && IsText(property.Type);
    }

    // Numbers, flags and dates say something of a secret, and aren't one.
    private static bool IsText(ITypeSymbol type) => type switch
    {
        { SpecialType: SpecialType.System_String } => true,
        IArrayTypeSymbol array => array.ElementType.SpecialType is SpecialType.System_Byte or SpecialType.System_Char or SpecialType.System_String,
        INamedTypeSymbol { IsGenericType: true } generic => generic.TypeArguments.Any(argument => argument.SpecialType == SpecialType.System_String),
        _ => false,
    };
}
