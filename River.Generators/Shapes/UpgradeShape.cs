using System.Linq;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>Whether a job's type implements <c>IArgsUpgrade</c>, and what its method says that it brings up.</summary>
internal static class UpgradeShape
{
    public const string MethodName = "Upgrade";

    public static UpgradeModel? Read(INamedTypeSymbol type, KnownTypes known)
    {
        if (known.ArgsUpgrade is not { } contract || !type.AllInterfaces.Any(one => KnownTypes.Same(one, contract)))
            return null;
        var paths = contract.GetMembers(MethodName).FirstOrDefault() is { } member
            && type.FindImplementationForInterfaceMember(member)?.Find(known.UpgradesAttribute) is { ConstructorArguments: { Length: 1 } arguments }
            && arguments[0] is { Kind: TypedConstantKind.Array, IsNull: false } array
                ? array.Values.Select(value => value.Value).OfType<string>().Distinct().ToEquatableArray()
                : EquatableArray<string>.Empty;
        return new UpgradeModel(paths);
    }
}
