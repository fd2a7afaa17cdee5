using System.Linq;
using Microsoft.CodeAnalysis;
using River.Generators.Pipeline;
using River.Shapes;

namespace River.Generators.Emit;

/// <summary>Writes the assembly's serializer context and the objects' contracts in it.</summary>
internal static class JsonEmitter
{
    public const string ContextName = "global::" + JobEmitter.GeneratedNamespace + "." + ContextClass;
    private const string ContextClass = "RiverJsonContext";
    private const string Json = "global::System.Text.Json";
    private const string Metadata = Json + ".Serialization.Metadata";
    private const string Services = Metadata + ".JsonMetadataServices";
    private const string Options = Json + ".JsonSerializerOptions";
    private const string Converter = Json + ".Serialization.JsonConverter";

    /// <summary>A nested object's file.</summary>
    public static void EmitNested(SourceProductionContext output, JsonObjectModel type, TargetModel target, HintNames hints)
    {
        if (!target.CanGenerate)
            return;

        var code = new CodeWriter();
        code.Line();
        code.Open("namespace " + JobEmitter.GeneratedNamespace);
        WritePart(code, type);
        code.Close();
        code.AddTo(output, "River.Json." + hints.For(type.Id));
    }

    /// <summary>An object's part of the context.</summary>
    public static void WritePart(CodeWriter code, JsonObjectModel type)
    {
        code.Line("#nullable disable warnings");
        code.Open("partial class " + ContextClass);
        JsonObjectEmitter.Write(code, type);
        code.Close();
    }

    /// <summary>The context itself, with the types that take one line each.</summary>
    public static void EmitContext(SourceProductionContext output, JsonIndex index, TargetModel target)
    {
        if (!target.CanGenerate || (index.Simple.Count == 0 && index.Objects.Count == 0))
            return;

        var code = new CodeWriter();
        code.Line();
        code.Open("namespace " + JobEmitter.GeneratedNamespace);
        code.Line(CodeWriter.Stamp);
        code.Line(CodeWriter.NotCovered);
        code.Line(CodeWriter.Embedded);
        code.Line(CodeWriter.MayUseObsolete);
        code.Open($"internal sealed partial class {ContextClass} : {Json}.Serialization.JsonSerializerContext, {Metadata}.IJsonTypeInfoResolver");
        WriteInstance(code);
        WriteResolver(code, index);
        code.Line();
        code.Line("#nullable disable warnings");
        foreach (var type in index.Simple)
        {
            code.Line($"private static {Metadata}.JsonTypeInfo Create_{type.Id}({Options} options) =>");
            code.Further(Simple(type) + ";");
            code.Line();
        }

        WriteConverters(code);
        code.Line();
        WriteParts(code);
        code.Close();
        code.Close();
        code.AddTo(output, "River.Json.g.cs");
    }

    private static void WriteInstance(CodeWriter code)
    {
        code.Line($"internal static {ContextClass} Default {{ get; }} = new {ContextClass}(global::River.RiverJson.CreateOptions());");
        code.Line();
        code.Line($"private {ContextClass}({Options} options)");
        code.Further(": base(options)");
        code.Line("{");
        code.Line("}");
        code.Line();
        code.Line($"protected override {Options}? GeneratedSerializerOptions => null;");
        code.Line();
        code.Line($"internal {Metadata}.JsonTypeInfo<T> Of<T>() => ({Metadata}.JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));");
        code.Line();
        code.Line($"public override {Metadata}.JsonTypeInfo? GetTypeInfo(global::System.Type type) => Options.TryGetTypeInfo(type, out var info) ? info : null;");
        code.Line();
    }

    private static void WriteResolver(CodeWriter code, JsonIndex index)
    {
        code.Open($"{Metadata}.JsonTypeInfo? {Metadata}.IJsonTypeInfoResolver.GetTypeInfo(global::System.Type type, {Options} options)");
        foreach (var (name, id) in index.Objects.Select(type => (type.Name, type.Id)).Concat(index.Simple.Select(type => (type.Name, type.Id))))
        {
            code.Line($"if (type == typeof({name}))");
            code.Further($"return Create_{id}(options);");
        }

        code.Line("return null;");
        code.Close();
    }

    private static string Simple(JsonTypeModel type) => type switch
    {
        JsonScalar scalar => Value(scalar.Name, $"{Services}.{scalar.Converter}"),
        JsonEnum => Value(type.Name, MakeConverter(type.Name, $"new {Json}.Serialization.JsonStringEnumConverter<{type.Name}>({Json}.JsonNamingPolicy.SnakeCaseLower)")),
        JsonConverted converted => Value(type.Name, MakeConverter(type.Name, $"new {converted.Converter}()")),
        JsonNullable nullable => Value(type.Name, $"{Services}.GetNullableConverter<{nullable.Underlying}>(options)"),
        JsonCollection collection => Collection(collection),
        JsonOpaque => Value(type.Name, $"{Services}.GetUnsupportedTypeConverter<{type.Name}>()"),
        _ => "null",
    };

    private static string Value(string type, string converter) => $"{Services}.CreateValueInfo<{type}>(options, {converter})";

    /// <summary>The expression for a converter of a type, also where the written one is a factory, or one for what a nullable holds.</summary>
    public static string MakeConverter(string type, string converter) => type.EndsWith("?", System.StringComparison.Ordinal)
        ? $"NullableConverter<{type.Substring(0, type.Length - 1)}>({converter}, options)"
        : $"Converter<{type}>({converter}, options)";

    private static string Collection(JsonCollection collection)
    {
        var creator = collection.Creator is null ? "" : $" ObjectCreator = static () => {collection.Creator} ";
        var range = collection.Range is null ? "" : ", " + collection.Range;
        return $"{Services}.{collection.Factory}<{collection.TypeArguments}>(options, new {Metadata}.JsonCollectionInfoValues<{collection.Name}> {{{creator}}}{range})";
    }

    /// <summary>The methods that keep an object's contract short.</summary>
    private static void WriteParts(CodeWriter code)
    {
        code.Line($"private static {Metadata}.JsonPropertyInfo Member<T>(");
        code.Further($"{Options} options, global::System.Type type, string name, string jsonName, global::System.Func<object, T>? get = null, global::System.Action<object, T>? set = null,");
        code.Further($"bool isNullable = false, bool isRequired = false, {Json}.Serialization.JsonIgnoreCondition? ignore = null, {Converter}<T>? converter = null)");
        code.Open();
        code.Line($"var member = {Services}.CreatePropertyInfo<T>(options, new {Metadata}.JsonPropertyInfoValues<T>");
        code.Open();
        code.Line("IsProperty = true,");
        code.Line("IsPublic = true,");
        code.Line("DeclaringType = type,");
        code.Line("PropertyName = name,");
        code.Line("JsonPropertyName = jsonName,");
        code.Line("Getter = get,");
        code.Line("Setter = set,");
        code.Line("IgnoreCondition = ignore,");
        code.Line("Converter = converter,");
        code.Close(");");
        code.Line("member.IsGetNullable = isNullable;");
        code.Line("member.IsSetNullable = isNullable;");
        code.Line("member.IsRequired = isRequired;");
        code.Line("return member;");
        code.Close();
        code.Line();
        code.Line($"private static {Metadata}.JsonParameterInfoValues Parameter<T>(string name, int position, bool isNullable = false, bool hasDefault = false, T? value = default) =>");
        code.Further($"new {Metadata}.JsonParameterInfoValues {{ Name = name, ParameterType = typeof(T), Position = position, IsNullable = isNullable, HasDefaultValue = hasDefault, DefaultValue = value }};");
    }

    private static void WriteConverters(CodeWriter code)
    {
        code.Open($"private static {Converter}<T> Converter<T>({Converter} converter, {Options} options)");
        code.Line($"if (converter is {Converter}Factory factory && factory.CanConvert(typeof(T)))");
        code.Further("converter = factory.CreateConverter(typeof(T), options) ?? converter;");
        code.Line($"return converter as {Converter}<T> ?? throw new global::System.InvalidOperationException($\"The converter '{{converter.GetType()}}' can't convert '{{typeof(T)}}'.\");");
        code.Close();
        code.Line();
        code.Line($"private static {Converter}<T?> NullableConverter<T>({Converter} converter, {Options} options)");
        code.Further("where T : struct =>");
        code.Further("converter.CanConvert(typeof(T?))");
        code.Further("    ? Converter<T?>(converter, options)");
        code.Further($"    : {Services}.GetNullableConverter({Services}.CreateValueInfo<T>(options, Converter<T>(converter, options)));");
    }
}
