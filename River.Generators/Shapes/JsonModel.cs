namespace River.Shapes;

/// <summary>How one type is read and written as JSON.</summary>
/// <param name="Name">The <c>global::</c>-qualified name without annotations.</param>
/// <param name="Id">An identifier that no other type gets.</param>
internal abstract record JsonTypeModel(string Name, string Id);

/// <summary>A type that System.Text.Json has a converter for.</summary>
/// <param name="Name">The type.</param>
/// <param name="Id">Its identifier.</param>
/// <param name="Converter">The property of <c>JsonMetadataServices</c>.</param>
internal sealed record JsonScalar(string Name, string Id, string Converter) : JsonTypeModel(Name, Id);

/// <param name="Name">The type.</param>
/// <param name="Id">Its identifier.</param>
/// <param name="Members">The members' names in JSON, in the order of their declaration.</param>
/// <param name="IsFlags">Whether a value may be several of them.</param>
internal sealed record JsonEnum(string Name, string Id, EquatableArray<string> Members, bool IsFlags) : JsonTypeModel(Name, Id);

internal sealed record JsonNullable(string Name, string Id, string Underlying) : JsonTypeModel(Name, Id);

/// <summary>A type with a <c>[JsonConverter]</c> of its own.</summary>
internal sealed record JsonConverted(string Name, string Id, string Converter) : JsonTypeModel(Name, Id);

/// <summary>A type that only members with converters of their own have. System.Text.Json asks for it all the same.</summary>
internal sealed record JsonOpaque(string Name, string Id) : JsonTypeModel(Name, Id);

/// <param name="Name">The type.</param>
/// <param name="Id">Its identifier.</param>
/// <param name="Factory">The method of <c>JsonMetadataServices</c>.</param>
/// <param name="TypeArguments">The method's type arguments.</param>
/// <param name="Creator">How an empty one is made, as an expression; null where the converter knows.</param>
/// <param name="Range">The method that makes an immutable one from its elements; null for others.</param>
/// <param name="Element">The type of its elements or values.</param>
/// <param name="IsMap">Whether it has keys.</param>
internal sealed record JsonCollection(string Name, string Id, string Factory, string TypeArguments, string? Creator, string? Range, string Element, bool IsMap)
    : JsonTypeModel(Name, Id);

internal sealed record JsonObjectModel(
    string Name,
    string Id,
    bool IsValueType,
    EquatableArray<JsonParameterModel> Parameters,
    EquatableArray<JsonMemberModel> Members,
    EquatableArray<JsonInitializer> Initializers) : JsonTypeModel(Name, Id);

/// <summary>A required member, which the expression that makes the object has to set.</summary>
/// <param name="Member">The member's name, not escaped.</param>
/// <param name="Parameter">The position of the constructor's parameter that gives its value; null for none.</param>
/// <param name="Type">The member's type.</param>
internal sealed record JsonInitializer(string Member, int? Parameter, string Type);

/// <param name="Name">The parameter's name, not escaped.</param>
/// <param name="Type">The type without outer annotation.</param>
/// <param name="Default">The default as an expression; null where there is none.</param>
/// <param name="IsNullable">Whether null may be read.</param>
/// <param name="JsonDefault">The default as JSON; null where there is none, or JSON has no text for it.</param>
internal sealed record JsonParameterModel(string Name, string Type, string? Default, bool IsNullable, string? JsonDefault);

internal enum JsonSetter
{
    /// <summary>Read through the constructor, or not at all.</summary>
    None,
    Set,

    /// <summary>Set after construction although it is init-only, so that an initializer's value survives where the JSON has none.</summary>
    Init,
}

/// <param name="Name">The member's name, not escaped.</param>
/// <param name="JsonName">The name in JSON.</param>
/// <param name="Type">The type without outer annotation.</param>
/// <param name="DeclaringType">The type that declares it.</param>
/// <param name="Setter">How it is set.</param>
/// <param name="IsNullable">Whether null may be written and read.</param>
/// <param name="IsRequired">Whether JSON without it is refused.</param>
/// <param name="Ignore">The number of the <c>JsonIgnoreCondition</c>; null for none.</param>
/// <param name="Converter">The converter's type; null for the type's own.</param>
/// <param name="NullableElements">Which elements may be null: bit 0 for those of the member, bit 1 for those of its elements, and so on.</param>
internal sealed record JsonMemberModel(
    string Name,
    string JsonName,
    string Type,
    string DeclaringType,
    JsonSetter Setter,
    bool IsNullable,
    bool IsRequired,
    int? Ignore,
    string? Converter,
    int NullableElements);
