using System.Text.Json;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Reads what a channel carries. Anybody may send there, so whatever isn't one of River's messages is passed over.</summary>
internal static class WakeupReader
{
    public static Wakeup? Read(SchemaName schema, string channel, string payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = int.MaxValue });
            var message = document.RootElement;
            if (message.ValueKind != JsonValueKind.Object)
                return null;
            if (IsTopic(schema, channel, Topic.Insert))
                return Text(message, "queue") is { } queue ? new Wakeup(WakeupKind.JobsAvailable, queue) : null;
            if (IsTopic(schema, channel, Topic.Control))
                return OfControl(message);
            return IsTopic(schema, channel, Topic.Leadership) ? OfLeadership(message) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Not JSON, or text with half a surrogate pair.
            return null;
        }
    }

    private static Wakeup? OfControl(JsonElement message) => (Text(message, "action"), Text(message, "queue")) switch
    {
        ("cancel", var queue) when message.TryGetProperty("job_id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var jobId) =>
            new Wakeup(WakeupKind.CancelRequested, queue, jobId),
        ("pause", { } queue) => new Wakeup(WakeupKind.QueuePaused, queue),
        ("resume", { } queue) => new Wakeup(WakeupKind.QueueResumed, queue),
        ("metadata_changed", { } queue) => new Wakeup(WakeupKind.QueueChanged, queue),
        (DueSoon.Action, _) when message.TryGetProperty(DueSoon.InMilliseconds, out var wait) && wait.TryGetInt32(out var milliseconds) =>
            new Wakeup(WakeupKind.JobDue, DueIn: TimeSpan.FromMilliseconds(Math.Max(0, milliseconds))),
        (PeriodicChange.Action, _) => new Wakeup(WakeupKind.PeriodicChanged),
        _ => null,
    };

    private static Wakeup? OfLeadership(JsonElement message) => Text(message, "action") switch
    {
        "resigned" => new Wakeup(WakeupKind.LeaderResigned, LeaderId: Text(message, "leader_id")),
        "request_resign" => new Wakeup(WakeupKind.ResignRequested),
        _ => null,
    };

    private static bool IsTopic(SchemaName schema, string channel, string topic) =>
        string.Equals(channel, schema.Channel(topic), StringComparison.Ordinal);

    private static string? Text(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
