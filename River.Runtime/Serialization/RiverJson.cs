using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace River;

/// <summary>How arguments are written as JSON. Called by generated code only.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RiverJson
{
    /// <summary>
    /// New options for a generated serializer context: member names in snake_case (keys of dictionaries stay as they are);
    /// nullable annotations and required constructor parameters are respected when reading; members that the type
    /// doesn't have are passed over, so that a newer producer can add some; at most 64 levels.
    /// </summary>
    /// <returns>Options of the caller's own, without a resolver.</returns>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };
}
