using System.Diagnostics;
using System.Text;
using System.Text.Json;
using River.Attempts;
using River.Serialization;

namespace River.Telemetry;

/// <summary>
/// The trace that a job was enqueued in, in its metadata: W3C's <c>traceparent</c> and <c>tracestate</c>, at the top level, where
/// River's Go clients keep them too.
/// </summary>
internal static class TraceContext
{
    private const string Parent = "traceparent";
    private const string State = "tracestate";

    /// <summary>What W3C lets be carried at least.</summary>
    private const int MaxState = 512;

    /// <summary>The metadata with the current trace, if there is one that is recorded and the metadata names none.</summary>
    public static byte[]? AddTo(byte[]? metadata)
    {
        if (Activity.Current is not { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } id } current)
            return metadata;
        if (metadata is not null && TopLevel.Find(metadata, Parent) is not null)
            return metadata;
        var text = new StringBuilder(128).Append(metadata is null ? '{' : ',').Append('"').Append(Parent).Append("\":\"").Append(id).Append('"');
        if (current.TraceStateString is { Length: > 0 and <= MaxState } state && Ascii.IsValid(state) && !state.Any(char.IsControl))
            text.Append(",\"").Append(State).Append("\":\"").Append(JsonEncodedText.Encode(state, StoredTextEncoder.Instance).Value).Append('"');
        var added = Encoding.UTF8.GetBytes(text.Append('}').ToString());

        // An object that isn't empty, as it is never written otherwise: its last brace makes way.
        return metadata is null ? added : [.. metadata.AsSpan()[..^1], .. added];
    }

    /// <summary>The trace that the job was enqueued in; null where none can be read.</summary>
    public static ActivityContext? Of(JobRow row) =>
        Text(row, Parent) is { } parent && ActivityContext.TryParse(parent, Text(row, State), isRemote: true, out var context) ? context : null;

    private static string? Text(JobRow row, string key) =>
        TopLevel.Read(row.EncodedMetadata, key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
