using System;
using System.Collections.Generic;

namespace River.Shapes;

/// <summary>A member as whoever writes JSON for it must know it: what is read back, and what may be left out.</summary>
/// <param name="JsonName">The name in JSON.</param>
/// <param name="Type">The type without outer annotation.</param>
/// <param name="IsNullable">Whether null may be read.</param>
/// <param name="IsRequired">Whether JSON without it is refused.</param>
/// <param name="JsonDefault">What stands in for it, as JSON; null where that isn't known or nothing does.</param>
/// <param name="Converter">The member's own converter; null for none.</param>
/// <param name="NullableElements">Which elements may be null, as of the member.</param>
internal readonly record struct JsonReadMember(string JsonName, string Type, bool IsNullable, bool IsRequired, string? JsonDefault, string? Converter, int NullableElements);

internal static class JsonReadMembers
{
    /// <summary>The members that are read; computed ones are only written.</summary>
    public static IEnumerable<JsonReadMember> ReadMembers(this JsonObjectModel type)
    {
        foreach (var member in type.Members)
        {
            if (member.Ignore == Json.JsonIgnore.Always)
                continue;
            if (type.ParameterOf(member) is { } parameter)
                yield return new JsonReadMember(member.JsonName, member.Type, parameter.IsNullable, member.IsRequired || parameter.Default is null, parameter.JsonDefault, member.Converter, member.NullableElements);
            else if (member.Setter != JsonSetter.None)
                yield return new JsonReadMember(member.JsonName, member.Type, member.IsNullable, member.IsRequired, null, member.Converter, member.NullableElements);
        }
    }

    private static JsonParameterModel? ParameterOf(this JsonObjectModel type, JsonMemberModel member)
    {
        foreach (var parameter in type.Parameters)
        {
            if (string.Equals(parameter.Name, member.Name, StringComparison.OrdinalIgnoreCase) && parameter.Type == member.Type)
                return parameter;
        }

        return null;
    }
}
