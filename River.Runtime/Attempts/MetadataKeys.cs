using River.Serialization;

namespace River.Attempts;

/// <summary>The keys of a job's metadata that mean something to River, as all its libraries write them.</summary>
internal static class MetadataKeys
{
    public const string Output = "output";
    public const string Progress = "river:progress";
    public const string Log = "river:log";
    public const string Step = "river:resumable_step";
    public const string Cursor = "river:resumable_cursor";

    private static readonly string[] Reserved = [Output, "cancel_attempted_at", "periodic", "snoozes", "unique_key_conflict"];

    /// <returns>Why a worker may not set the key, as the second half of a sentence; null when it may.</returns>
    public static string? FaultOf(string key)
    {
        if (key.StartsWith(MetadataWriter.ReservedPrefix, StringComparison.Ordinal))
            return $"starts with '{MetadataWriter.ReservedPrefix}', which is kept for River itself; choose another key.";
        if (string.Equals(key, Output, StringComparison.Ordinal))
            return "is where the job's output is kept; call SetOutput.";
        if (Reserved.Contains(key, StringComparer.Ordinal))
            return "is written by River itself; choose another key.";
        return StorableText.FaultOf(key) is { } fault ? $"has a key that {fault}" : null;
    }
}
