using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>Reads the manifests of referenced assemblies.</summary>
internal static class ManifestReader
{
    /// <summary>In the order of the assemblies' names.</summary>
    public static ImmutableArray<ManifestModel> Read(KnownTypes known, CancellationToken cancellationToken)
    {
        var runtime = known.JobAttribute.ContainingAssembly.Name;
        var manifests = ImmutableArray.CreateBuilder<ManifestModel>();
        foreach (var assembly in known.Compilation.SourceModule.ReferencedAssemblySymbols)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Reading attributes loads the assembly's metadata, so it is asked first whether it can have ours.
            if (!assembly.Modules.First().ReferencedAssemblies.Any(reference => reference.Name == runtime))
                continue;
            if (assembly.Find(known.ManifestAttribute) is { ConstructorArguments.Length: 2 } attribute && CanBeNamed(assembly, known.Compilation))
                manifests.Add(Fact.Read(assembly.Name, Registration(attribute.ConstructorArguments[1]), Facts(attribute)));
        }

        return manifests.OrderBy(manifest => manifest.Assembly, System.StringComparer.Ordinal).ToImmutableArray();
    }

    /// <summary>What the generator has written of the compilation's own jobs; null where it hasn't run.</summary>
    public static ManifestModel? ReadOwn(KnownTypes known) => known.Compilation.Assembly.Find(known.ManifestAttribute) is { } attribute
        ? Fact.Read(known.Compilation.Assembly.Name, registration: null, Facts(attribute))
        : null;

    private static string? Registration(TypedConstant registration) =>
        registration is { Kind: TypedConstantKind.Type, Value: INamedTypeSymbol type } ? CSharpText.Key(type) : null;

    private static System.Collections.Generic.IEnumerable<string> Facts(AttributeData attribute) =>
        attribute.Named("Facts") is { Kind: TypedConstantKind.Array, IsNull: false } facts
            ? facts.Values.Select(fact => fact.Value).OfType<string>()
            : Enumerable.Empty<string>();

    /// <summary>An assembly that is referenced under an alias only isn't seen from <c>global::</c>.</summary>
    private static bool CanBeNamed(IAssemblySymbol assembly, Compilation compilation) =>
        compilation.GetMetadataReference(assembly)?.Properties.Aliases is not { IsDefaultOrEmpty: false } aliases
        || aliases.Contains(MetadataReferenceProperties.GlobalAlias);
}
