using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace River.Shapes;

/// <summary>Whether the project can compile what the generator writes.</summary>
internal static class TargetShape
{
    public const string LeastLanguageVersion = "12";

    /// <summary>Why nothing is generated (RIVER039), as a clause without a full stop; null where all is well.</summary>
    public static string? Mismatch(KnownTypes known, LanguageVersion languageVersion)
    {
        var abi = known.ManifestAttribute?.GetMembers("CurrentAbi").FirstOrDefault() is IFieldSymbol { ConstantValue: int current } ? current : 0;
        if (abi < KnownTypes.Abi)
            return $"the referenced River.Runtime ({known.JobAttribute.ContainingAssembly.Identity.Version}) is older than the generator; use the same version of River.Runtime in all projects";
        return languageVersion < LanguageVersion.CSharp12
            ? $"the project's C# version is {languageVersion.ToDisplayString()}, and the generated code needs {LeastLanguageVersion}; set <LangVersion> to {LeastLanguageVersion} or later, or remove it"
            : null;
    }
}
