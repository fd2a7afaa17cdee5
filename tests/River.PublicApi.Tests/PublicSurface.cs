using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace River.PublicApi.Tests;

/// <summary>Writes what an assembly offers, one line a member, sorted, so that two changes merge.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
            Write(text, type);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Type type)
    {
        if (type.IsEnum)
        {
            var underlying = Name(Enum.GetUnderlyingType(type));
            var values = Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
            text.Append(CultureInfo.InvariantCulture, $"public enum {Name(type)} : {underlying} {{ {string.Join(", ", values)} }}\n");
            return;
        }

        var bases = Bases(type);
        text.Append(CultureInfo.InvariantCulture, $"public {Sort(type)} {Name(type)}{(bases.Length > 0 ? $" : {bases}" : "")}{Constraints(type.GetGenericArguments())}\n");
        var members = type.GetMembers(Declared).Select(MemberText).OfType<string>().Order(StringComparer.Ordinal);
        foreach (var member in members)
            text.Append("  ").Append(member).Append('\n');
    }

    private static string Sort(Type type) =>
        type.IsInterface ? "interface"
        : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : type.IsValueType ? (type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false) ? "readonly struct" : "struct")
        : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (IsRecord(type) ? "record" : "class");

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$", Declared) is not null;

    private static string Bases(Type type)
    {
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.GetInterfaces().Except(inherited).Where(it => it.IsPublic || it.IsNestedPublic).Select(it => Name(it)).Order(StringComparer.Ordinal);
        return string.Join(", ", type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? bases.Prepend(Name(parent)) : bases);
    }

    private static string? MemberText(MemberInfo member) => member switch
    {
        // What the compiler makes of a record is said by the word record.
        _ when member.Name.Contains('<', StringComparison.Ordinal) || member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) => null,
        ConstructorInfo { IsStatic: false } made when Access(made) is { } access => $"{access} new({Parameters(made)})",
        MethodInfo { IsSpecialName: false } method when Access(method) is { } access => $"{access} {Modifiers(method)}{Name(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}{Generics(method)}({Parameters(method)}){Constraints(method.GetGenericArguments())}",
        MethodInfo { IsSpecialName: true } method when method.Name.StartsWith("op_", StringComparison.Ordinal) && Access(method) is { } access => $"{access} static {Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        PropertyInfo property when PropertyText(property) is { } text => text,
        FieldInfo field when field.IsPublic || field.IsFamily => $"{(field.IsPublic ? "public" : "protected")} {(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType, Nullability.Create(field))} {field.Name}{(field.IsLiteral ? $" = {Value(field.GetRawConstantValue())}" : "")}",
        EventInfo happening when happening.AddMethod is { } add && Access(add) is { } access => $"{access} event {Name(happening.EventHandlerType!)} {happening.Name}",
        _ => null,
    };

    private static string? PropertyText(PropertyInfo property)
    {
        var (get, set) = (Access(property.GetMethod), Access(property.SetMethod));
        if (get is null && set is null)
            return null;
        var access = get ?? set;
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var accessors = (get is null ? "" : "get; ") + (set is null ? "" : (string.Equals(set, access, StringComparison.Ordinal) ? "" : set + " ") + (isInit ? "init; " : "set; "));
        var index = property.GetIndexParameters().Length > 0 ? $"[{string.Join(", ", property.GetIndexParameters().Select(Parameter))}]" : "";
        var required = property.IsDefined(typeof(RequiredMemberAttribute), inherit: false) ? "required " : "";
        return $"{access} {required}{Modifiers((property.GetMethod ?? property.SetMethod)!)}{Name(property.PropertyType, Nullability.Create(property))} {property.Name}{index} {{ {accessors}}}";
    }

    private static string? Access(MethodBase? method) => method switch
    {
        { IsPublic: true } => "public",
        { IsFamily: true } or { IsFamilyOrAssembly: true } when method.DeclaringType is { IsSealed: false } => "protected",
        _ => null,
    };

    private static string Modifiers(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface)
            return method.IsStatic ? (method.IsAbstract ? "static abstract " : "static ") : method.IsAbstract ? "" : "default ";
        if (method.IsStatic)
            return "static ";
        if (method.GetBaseDefinition().DeclaringType != method.DeclaringType)
            return method.IsFinal ? "sealed override " : "override ";
        return method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";
    }

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute), inherit: false) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var way = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false) ? "params " : "";
        return $"{way}{Name(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")}";
    }

    private static string Default(ParameterInfo parameter) =>
        parameter.RawDefaultValue is { } value && parameter.ParameterType.IsEnum ? Enum.ToObject(parameter.ParameterType, value).ToString()!
        : parameter.RawDefaultValue is null && parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default"
        : Value(parameter.RawDefaultValue);

    private static string Value(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static string Constraints(Type[] arguments)
    {
        var text = new StringBuilder();
        foreach (var argument in arguments.Where(argument => argument.IsGenericParameter))
        {
            var attributes = argument.GenericParameterAttributes;
            var constraints = argument.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(type => Name(type)).ToList();
            if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
                constraints.Insert(0, "class");
            if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
                constraints.Insert(0, "struct");
            else if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
                constraints.Add("new()");
            if (constraints.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $" where {argument.Name} : {string.Join(", ", constraints)}");
        }

        return text.ToString();
    }

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!, nullability?.ElementType);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        var mark = !type.IsValueType && nullability is { ReadState: NullabilityState.Nullable } or { ReadState: NullabilityState.Unknown, WriteState: NullabilityState.Nullable } ? "?" : "";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        if (type.IsGenericParameter)
            return type.Name + mark;
        var arguments = type.GetGenericArguments();
        var name = Keyword(type) ?? (type.FullName ?? $"{type.Namespace}.{type.Name}").Split('[')[0].Split('`')[0].Replace('+', '.');
        if (arguments.Length == 0)
            return name + mark;
        var given = nullability?.GenericTypeArguments;
        return $"{name}<{string.Join(", ", arguments.Select((argument, i) => Name(argument, given?.Length > i ? given[i] : null)))}>{mark}";
    }

    private static string? Keyword(Type type) => type.IsEnum ? null : Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "bool",
        TypeCode.Byte => "byte",
        TypeCode.Int16 => "short",
        TypeCode.Int32 => "int",
        TypeCode.Int64 => "long",
        TypeCode.Double => "double",
        TypeCode.Decimal => "decimal",
        TypeCode.String => "string",
        _ => type == typeof(object) ? "object" : type == typeof(void) ? "void" : null,
    };
}
