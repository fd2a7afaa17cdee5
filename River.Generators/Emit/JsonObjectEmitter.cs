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
        code.Open($"private static {Metadata}.JsonPropertyInfo[] Members_{type.Id}({Options} options)");
        code.Line($"var members = new {Metadata}.JsonPropertyInfo[{CSharpText.Literal(type.Members.Count)}];");
        for (var i = 0; i < type.Members.Count; i++)
        {
            var member = type.Members[i];
            var isIgnored = member.Ignore == JsonIgnore.Always;
            code.Line($"members[{CSharpText.Literal(i)}] = {Services}.CreatePropertyInfo<{member.Type}>(options, new {Metadata}.JsonPropertyInfoValues<{member.Type}>");
            code.Open();
            code.Line("IsProperty = true,");
            code.Line("IsPublic = true,");
            code.Line($"DeclaringType = typeof({member.DeclaringType}),");
            code.Line($"PropertyName = {CSharpText.Literal(member.Name)},");
            code.Line($"JsonPropertyName = {CSharpText.Literal(member.JsonName)},");
            if (!isIgnored)
                code.Line($"Getter = static target => (({member.DeclaringType})target).{CSharpText.Identifier(member.Name)},");
            if (!isIgnored && Setter(type, member) is { } setter)
                code.Line($"Setter = {setter},");
            if (member.Ignore is { } ignore)
                code.Line($"IgnoreCondition = ({Json}.Serialization.JsonIgnoreCondition){CSharpText.Literal(ignore)},");
            if (member.Converter is { } converter)
                code.Line($"Converter = {JsonEmitter.MakeConverter(member.Type, "new " + converter + "()")},");
            code.Close(");");
            if (!member.IsNullable)
            {
                code.Line($"members[{CSharpText.Literal(i)}].IsGetNullable = false;");
                code.Line($"members[{CSharpText.Literal(i)}].IsSetNullable = false;");
            }

            if (member.IsRequired)
                code.Line($"members[{CSharpText.Literal(i)}].IsRequired = true;");
        }

        code.Line("return members;");
        code.Close();
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
            var hasDefault = parameter.Default is null ? "" : $", HasDefaultValue = true, DefaultValue = ({parameter.Type})({parameter.Default})";
            var isNullable = parameter.IsNullable ? ", IsNullable = true" : "";
            code.Line($"new {Metadata}.JsonParameterInfoValues {{ Name = {CSharpText.Literal(parameter.Name)}, ParameterType = typeof({parameter.Type}), Position = {CSharpText.Literal(i)}{hasDefault}{isNullable} }},");
        }

        code.Close(";");
    }

}
