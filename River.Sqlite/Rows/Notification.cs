using System.Text.Json;
using River.Storage;

namespace River.Sqlite.Rows;

/// <summary>A line of the outbox, with River's topics and payloads.</summary>
internal readonly record struct Notification(string Topic, string Payload)
{
    private const string InsertTopic = "river_insert";
    private const string ControlTopic = "river_control";
    private const string LeadershipTopic = "river_leadership";

    public static Notification JobsAvailable(string queue) => new(InsertTopic, JsonColumns.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("queue", queue);
        json.WriteEndObject();
    }));

    public static Notification Cancel(long jobId, string queue) => new(ControlTopic, JsonColumns.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("action", "cancel");
        json.WriteNumber("job_id", jobId);
        json.WriteString("queue", queue);
        json.WriteEndObject();
    }));

    public static Notification Queue(string action, string queue) => new(ControlTopic, JsonColumns.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("action", action);
        json.WriteString("queue", queue);
        json.WriteEndObject();
    }));

    public static Notification JobDue(TimeSpan wait) => new(ControlTopic, JsonColumns.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("action", DueSoon.Action);
        json.WriteNumber(DueSoon.InMilliseconds, (int)wait.TotalMilliseconds);
        json.WriteEndObject();
    }));

    public static Notification Periodic(string scheduleId) => new(ControlTopic, JsonColumns.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("action", PeriodicChange.Action);
        json.WriteString("periodic_id", scheduleId);
        json.WriteEndObject();
    }));

    public static Notification MetadataChanged(string queue, string metadata) => new(ControlTopic, JsonColumns.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("action", "metadata_changed");
        json.WritePropertyName("metadata");
        json.WriteRawValue(metadata);
        json.WriteString("queue", queue);
        json.WriteEndObject();
    }));

    public static Notification Resigned(string leaderId) => new(LeadershipTopic, JsonColumns.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("leader_id", leaderId);
        json.WriteString("action", "resigned");
        json.WriteEndObject();
    }));

    public static Notification ResignRequested() => new(LeadershipTopic, """{"action":"request_resign","leader_id":""}""");

    /// <summary>What it says; null for what we don't know or can't read.</summary>
    public Wakeup? Read()
    {
        try
        {
            using var document = JsonDocument.Parse(Payload);
            var payload = document.RootElement;
            return (Topic, Text(payload, "action")) switch
            {
                (InsertTopic, _) when Text(payload, "queue") is { } queue => new Wakeup(WakeupKind.JobsAvailable, queue),
                (ControlTopic, "cancel") when payload.TryGetProperty("job_id", out var id) => new Wakeup(WakeupKind.CancelRequested, Text(payload, "queue"), id.GetInt64()),
                (ControlTopic, "pause") => new Wakeup(WakeupKind.QueuePaused, Text(payload, "queue")),
                (ControlTopic, "resume") => new Wakeup(WakeupKind.QueueResumed, Text(payload, "queue")),
                (ControlTopic, DueSoon.Action) when payload.TryGetProperty(DueSoon.InMilliseconds, out var wait) && wait.TryGetInt32(out var milliseconds) =>
                    new Wakeup(WakeupKind.JobDue, DueIn: TimeSpan.FromMilliseconds(Math.Max(0, milliseconds))),
                (ControlTopic, PeriodicChange.Action) => new Wakeup(WakeupKind.PeriodicChanged),
                (ControlTopic, "metadata_changed") => new Wakeup(WakeupKind.QueueChanged, Text(payload, "queue")),
                (LeadershipTopic, "resigned") => new Wakeup(WakeupKind.LeaderResigned, LeaderId: Text(payload, "leader_id")),
                (LeadershipTopic, "request_resign") => new Wakeup(WakeupKind.ResignRequested, LeaderId: Text(payload, "leader_id")),
                _ => null,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // Anybody may write into the outbox; a line that makes no sense is passed over.
            return null;
        }
    }

    private static string? Text(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) ? value.GetString() : null;
}
