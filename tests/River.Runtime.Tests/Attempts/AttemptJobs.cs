using System.Text.Json.Serialization;

namespace River.Tests.Attempts;

/// <summary>What a job of these tests puts out.</summary>
internal sealed record Report(string Title, int Pages, Author? Author = null);

internal sealed record Author(string Name);

[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(long))]
internal sealed partial class AttemptJson : JsonSerializerContext;
