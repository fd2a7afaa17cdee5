using System;
using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>River's types in one compilation, and the version of the agreement that its runtime keeps.</summary>
internal sealed class KnownTypes
{
    public const string JobAttributeName = "River.JobAttribute";
    public const string QueueAttributeName = "River.QueueAttribute";
    public const string ManifestAttributeName = "River.RiverManifestAttribute";

    /// <summary>The version of the agreement that the generated code needs.</summary>
    public const int Abi = 1;

    private readonly Lazy<HashSet<string>> _memberNames;

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
