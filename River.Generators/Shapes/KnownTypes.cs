using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Shapes;

/// <summary>River's types in one compilation, and the version of the agreement that its runtime keeps.</summary>
internal sealed class KnownTypes
{
    public const string JobAttributeName = "River.JobAttribute";
    public const string QueueAttributeName = "River.QueueAttribute";
    public const string QueuesClass = "Queues";
    public const string ManifestAttributeName = "River.RiverManifestAttribute";

    /// <summary>The version of the agreement that the generated code needs.</summary>
    public const int Abi = 1;

    private readonly Lazy<HashSet<string>> _memberNames;
    private readonly Lazy<bool> _hasOwnQueues;

    private KnownTypes(Compilation compilation, INamedTypeSymbol jobAttribute, INamedTypeSymbol jobArgs, INamedTypeSymbol worker)
    {
        Compilation = compilation;
        JobAttribute = jobAttribute;
        JobArgs = jobArgs;
        Worker = worker;
        UniqueAttribute = compilation.GetTypeByMetadataName("River.UniqueAttribute");
        PeriodicAttribute = compilation.GetTypeByMetadataName("River.PeriodicAttribute");
        QueueAttribute = compilation.GetTypeByMetadataName(QueueAttributeName);
        NotRegisteredAttribute = compilation.GetTypeByMetadataName("River.NotRegisteredAttribute");
        ManifestAttribute = compilation.GetTypeByMetadataName(ManifestAttributeName);
        Job = compilation.GetTypeByMetadataName("River.Job`1");
        PeriodicContext = compilation.GetTypeByMetadataName("River.PeriodicContext");
        ArgsUpgrade = compilation.GetTypeByMetadataName("River.IArgsUpgrade");
        UpgradesAttribute = compilation.GetTypeByMetadataName("River.UpgradesAttribute");
        RetryPolicy = compilation.GetTypeByMetadataName("River.IRetryPolicy");
        CancellationToken = compilation.GetTypeByMetadataName("System.Threading.CancellationToken");
        Task = compilation.GetTypeByMetadataName("System.Threading.Tasks.Task");
        ValueTask = compilation.GetTypeByMetadataName("System.Threading.Tasks.ValueTask");
        _memberNames = new Lazy<HashSet<string>>(() => MemberNames(compilation));
        _hasOwnQueues = new Lazy<bool>(() => NamesOwnQueues(compilation));
    }

    public Compilation Compilation { get; }

    public INamedTypeSymbol JobAttribute { get; }

    public INamedTypeSymbol JobArgs { get; }

    public INamedTypeSymbol Worker { get; }

    public INamedTypeSymbol? UniqueAttribute { get; }

    public INamedTypeSymbol? PeriodicAttribute { get; }

    public INamedTypeSymbol? QueueAttribute { get; }

    public INamedTypeSymbol? NotRegisteredAttribute { get; }

    public INamedTypeSymbol? ManifestAttribute { get; }

    public INamedTypeSymbol? Job { get; }

    public INamedTypeSymbol? PeriodicContext { get; }

    public INamedTypeSymbol? RetryPolicy { get; }

    public INamedTypeSymbol? ArgsUpgrade { get; }

    public INamedTypeSymbol? UpgradesAttribute { get; }

    public INamedTypeSymbol? CancellationToken { get; }

    public INamedTypeSymbol? Task { get; }

    public INamedTypeSymbol? ValueTask { get; }

    /// <summary>Null where the compilation doesn't reference River.</summary>
    public static KnownTypes? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName(JobAttributeName) is { } jobAttribute
        && compilation.GetTypeByMetadataName("River.IJobArgs`1") is { } jobArgs
        && compilation.GetTypeByMetadataName("River.IWorker`1") is { } worker
            ? new KnownTypes(WithAttributes(compilation), jobAttribute, jobArgs, worker)
            : null;

    /// <summary>Whether a member in source has a name. One look through all names is far less than binding a name for each job.</summary>
    public bool HasMemberNamed(string name) => _memberNames.Value.Contains(name);

    /// <summary>Whether <c>Queues</c> may stand for something that the application itself has, and isn't for certain the generated class.</summary>
    public bool HasOwnQueues => _hasOwnQueues.Value;

    /// <summary>Whether a file is one that a generator has written.</summary>
    public static bool IsGenerated(SyntaxTree file) => file.FilePath.EndsWith(".g.cs", StringComparison.Ordinal);

    private static bool NamesOwnQueues(Compilation compilation) =>
        compilation.GetSymbolsWithName(QueuesClass, SymbolFilter.TypeAndMember).Any(symbol => symbol is not INamedTypeSymbol { ContainingType: null, ContainingNamespace: { Name: "River", ContainingNamespace.IsGlobalNamespace: true } } || symbol.DeclaringSyntaxReferences.Any(one => !IsGenerated(one.SyntaxTree)))
        || compilation.SyntaxTrees.Any(file => file.GetRoot() is CompilationUnitSyntax root && (HasAlias(root.Usings) || root.Members.OfType<BaseNamespaceDeclarationSyntax>().Any(HasAlias)));

    private static bool HasAlias(BaseNamespaceDeclarationSyntax space) => HasAlias(space.Usings) || space.Members.OfType<BaseNamespaceDeclarationSyntax>().Any(HasAlias);

    private static bool HasAlias(SyntaxList<UsingDirectiveSyntax> usings) => usings.Any(one => one.Alias?.Name.Identifier.ValueText == QueuesClass);

    private static HashSet<string> MemberNames(Compilation compilation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        compilation.ContainsSymbolsWithName(
            name =>
            {
                names.Add(name);
                return false;
            },
            SymbolFilter.Member);
        return names;
    }

    /// <summary>
    /// Until they are bound, the compiler looks through all files for attributes of the assembly and the module each time that it binds a type's name.
    /// </summary>
    private static Compilation WithAttributes(Compilation compilation)
    {
        _ = compilation.Assembly.GetAttributes();
        _ = compilation.SourceModule.GetAttributes();
        return compilation;
    }

    public static bool Same(ISymbol? one, ISymbol? other) =>
        one is not null && SymbolEqualityComparer.Default.Equals(one, other);
}
