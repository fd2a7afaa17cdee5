using System.Linq;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>The <c>[Obsolete]</c> that a member has itself or by what contains it, as code.</summary>
internal static class ObsoleteText
{
    private const string Attribute = "System.ObsoleteAttribute";

    public static string? Of(ISymbol member)
    {
        for (ISymbol? symbol = member; symbol is not null; symbol = symbol.ContainingType)
        {
            if (symbol.GetAttributes().FirstOrDefault(data => data.AttributeClass.Is(Attribute)) is { } found)
                return Write(found);
        }

        return null;
    }

    private static string Write(AttributeData attribute)
    {
        var arguments = attribute.ConstructorArguments.Select(Value)
            .Concat(attribute.NamedArguments.Select(named => named.Key + " = " + Value(named.Value)));
        return $"[global::System.Obsolete({string.Join(", ", arguments)})]";
    }

    private static string Value(TypedConstant constant) => constant.Value switch
    {
        string text => CSharpText.Literal(text),
        true => "true",
        false => "false",
        _ => "null",
    };
}
