using System.Collections.Generic;
using System.Linq;
using River.Shapes;
using River.Shapes.Json;

namespace River.Generators.Emit;

/// <summary>Writes one object's contract: how it is made, and its members.</summary>
internal static class JsonObjectEmitter
{
    private const string Json = "global::System.Text.Json";
    private const string Metadata = Json + ".Serialization.Metadata";
    private const string Services = Metadata + ".JsonMetadataServices";
    private const string Options = Json + ".JsonSerializerOptions";
    private const string Unsafe = "global::System.Runtime.CompilerServices.Unsafe";

    public static void Write(CodeWriter code, JsonObjectModel type)
    {
        WriteInfo(code, type);
        code.Line();
        WriteMembers(code, type);
        if (type.Parameters.Count > 0)
        {
            code.Line();
            WriteParameters(code, type);
        }

        foreach (var member in type.Members.Where(member => member.Setter == JsonSetter.Init))
        {
            code.Line();
            code.Line($"[global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Method, Name = {CSharpText.Literal("set_" + member.Name)})]");
            code.Line($"private static extern void {SetterName(type, member)}({(type.IsValueType ? "ref " : "")}{member.DeclaringType} target, {member.Type} value);");
        }
    }

    private static void WriteInfo(CodeWriter code, JsonObjectModel type)
    {
        code.Line($"private static {Metadata}.JsonTypeInfo Create_{type.Id}({Options} options) =>");
        code.Further($"{Services}.CreateObjectInfo<{type.Name}>(options, new {Metadata}.JsonObjectInfoValues<{type.Name}>");
        code.Further("{");
        code.Further(type.Parameters.Count == 0
            ? $"    ObjectCreator = static () => {Creation(type)},"
            : $"    ObjectWithParameterizedConstructorCreator = static arguments => {Creation(type)},");
        if (type.Parameters.Count > 0)
            code.Further($"    ConstructorParameterMetadataInitializer = static () => Parameters_{type.Id}(),");
        code.Further($"    PropertyMetadataInitializer = _ => Members_{type.Id}(options),");
        code.Further("});");
    }

    private static string Creation(JsonObjectModel type)
    {
        var arguments = string.Join(", ", type.Parameters.Select((parameter, i) => Argument(parameter.Type, i)));
        var members = string.Join(", ", type.Initializers.Select(one =>
            CSharpText.Identifier(one.Member) + " = " + (one.Parameter is { } position ? Argument(one.Type, position) : "default!")));
        return $"new {type.Name}({arguments}){(members.Length == 0 ? "" : " { " + members + " }")}";
    }

    private static string Argument(string type, int position) => $"({type})arguments[{CSharpText.Literal(position)}]";

    private static void WriteMembers(CodeWriter code, JsonObjectModel type)
    {
        code.Line($"private static {Metadata}.JsonPropertyInfo[] Members_{type.Id}({Options} options) => new {Metadata}.JsonPropertyInfo[]");
        code.Open();
        foreach (var member in type.Members)
            code.Lines($"Member<{member.Type}>({string.Join(", ", Arguments(type, member))}),");
        code.Close(";");
    }

    private static IEnumerable<string> Arguments(JsonObjectModel type, JsonMemberModel member)
    {
        yield return "options";
        yield return $"typeof({member.DeclaringType})";
        yield return CSharpText.Literal(member.Name);
        yield return CSharpText.Literal(member.JsonName);
        var isIgnored = member.Ignore == JsonIgnore.Always;
        if (!isIgnored)
            yield return $"\n    get: static target => (({member.DeclaringType})target).{CSharpText.Identifier(member.Name)}";
        if (!isIgnored && Setter(type, member) is { } setter)
            yield return "\n    set: " + setter;
        if (member.IsNullable)
            yield return "isNullable: true";
        if (member.IsRequired)
            yield return "isRequired: true";
        if (member.Ignore is { } ignore)
            yield return $"ignore: ({Json}.Serialization.JsonIgnoreCondition){CSharpText.Literal(ignore)}";
        if (member.Converter is { } converter)
            yield return "converter: " + JsonEmitter.MakeConverter(member.Type, "new " + converter + "()");
    }

    private static string? Setter(JsonObjectModel type, JsonMemberModel member) => member.Setter switch
    {
        JsonSetter.Set when type.IsValueType => $"static (target, value) => {Unsafe}.Unbox<{member.DeclaringType}>(target).{CSharpText.Identifier(member.Name)} = value",
        JsonSetter.Set => $"static (target, value) => (({member.DeclaringType})target).{CSharpText.Identifier(member.Name)} = value",
        JsonSetter.Init when type.IsValueType => $"static (target, value) => {SetterName(type, member)}(ref {Unsafe}.Unbox<{member.DeclaringType}>(target), value)",
        JsonSetter.Init => $"static (target, value) => {SetterName(type, member)}(({member.DeclaringType})target, value)",
        _ => null,
    };

    /// <summary>No identifier has a digit after the underscore that ends the type's, so two types can't share a name.</summary>
    private static string SetterName(JsonObjectModel type, JsonMemberModel member) => $"Set_{type.Id}_8{member.Name}";

    private static void WriteParameters(CodeWriter code, JsonObjectModel type)
    {
        code.Line($"private static {Metadata}.JsonParameterInfoValues[] Parameters_{type.Id}() => new {Metadata}.JsonParameterInfoValues[]");
        code.Open();
        for (var i = 0; i < type.Parameters.Count; i++)
        {
            var parameter = type.Parameters[i];
            var hasDefault = parameter.Default is null ? "" : $", hasDefault: true, value: ({parameter.Type})({parameter.Default})";
            code.Line($"Parameter<{parameter.Type}>({CSharpText.Literal(parameter.Name)}, {CSharpText.Literal(i)}{(parameter.IsNullable ? ", isNullable: true" : "")}{hasDefault}),");
        }

        code.Close(";");
    }
}
