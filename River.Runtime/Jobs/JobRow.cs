using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using River.Attempts;

namespace River;

/// <summary>A job as it stands in the database.</summary>
public sealed class JobRow
{
    /// <summary>Databases hold what is nested deeper than .NET reads by default.</summary>
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    private static readonly byte[] NoMetadata = "{}"u8.ToArray();

    /// <summary>The job's number, given by the database.</summary>
    public required long Id { get; init; }

    /// <summary>Where the job is in its life.</summary>
    public required JobState State { get; init; }

    /// <summary>The name by which its worker is found.</summary>
    public required string Kind { get; init; }

    /// <summary>The queue it is worked from.</summary>
    public required string Queue { get; init; }

    /// <summary>How many attempts have been started; 0 before the first.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many attempts it gets.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>1 (first) to 4 (last) among the jobs of its queue.</summary>
    public required int Priority { get; init; }

    /// <summary>Its arguments, as UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> EncodedArgs { get; init; }

    /// <summary>Its metadata, as a UTF-8 JSON object.</summary>
    public ReadOnlyMemory<byte> EncodedMetadata { get; init; } = NoMetadata;

    /// <summary>Words stored for finding it again.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When it was enqueued, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The earliest time of its next attempt, in UTC.</summary>
    public required DateTimeOffset ScheduledAt { get; init; }

    /// <summary>When its latest attempt started, in UTC; null before the first.</summary>
    public DateTimeOffset? AttemptedAt { get; init; }

    /// <summary>When it was completed, cancelled or discarded, in UTC; null until then.</summary>
    public DateTimeOffset? FinalizedAt { get; init; }

    /// <summary>The clients that attempted it, newest last, at most 100.</summary>
    public IReadOnlyList<string> AttemptedBy { get; init; } = [];

    /// <summary>The failures of its earlier attempts, oldest first.</summary>
    public IReadOnlyList<AttemptError> Errors { get; init; } = [];

    /// <summary>The 32 bytes by which duplicates are found; null when the job isn't unique.</summary>
    public ReadOnlyMemory<byte>? UniqueKey { get; init; }

    /// <summary>The states in which it blocks its duplicates.</summary>
    public JobStates UniqueStates { get; init; }

    /// <summary>Reads the arguments anew.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <returns>The arguments, independent of this row.</returns>
    /// <exception cref="InvalidOperationException">The row is of another kind.</exception>
    /// <exception cref="UnreadableArgsException">What is stored doesn't fit the type; the message names the member.</exception>
    public TArgs ReadArgs<TArgs>()
        where TArgs : IJobArgs<TArgs>
    {
        var job = TArgs.Descriptor;
        return string.Equals(Kind, job.Kind, StringComparison.Ordinal) || job.Facts.Aliases.Contains(Kind, StringComparer.Ordinal)
            ? Serialization.ArgsReader.Read(this, job)
            : throw new InvalidOperationException($"Job {Id} is of kind '{Kind}'; {typeof(TArgs).Name} stands for '{job.Kind}'.");
    }

    /// <summary>How far the job has come, as its worker reported last; null when it never did.</summary>
    public JobProgress? Progress => JobProgress.Read(EncodedMetadata);

    /// <summary>Reads what the worker recorded as the job's output.</summary>
    /// <typeparam name="T">The output's type.</typeparam>
    /// <param name="typeInfo">How it is read, from a generated <c>JsonSerializerContext</c>.</param>
    /// <returns>The output; the type's default when there is none.</returns>
    /// <exception cref="JsonException">What is stored doesn't fit the type.</exception>
    public T? ReadOutput<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return TopLevel.Find(EncodedMetadata, MetadataKeys.Output) is { } output ? JsonSerializer.Deserialize(output.Span, typeInfo) : default;
    }

    /// <summary>Reads what the worker recorded as the job's output.</summary>
    /// <returns>The output, independent of this row; null when there is none.</returns>
    public JsonElement? ReadOutput() => TopLevel.Read(EncodedMetadata, MetadataKeys.Output);

    /// <summary>Reads what the job's attempts logged; see <see cref="RiverOptions.JobLogs"/>.</summary>
    /// <returns>One entry for each attempt that logged something, oldest first.</returns>
    public IReadOnlyList<JobLog> ReadLogs() => LogHistory.Read(this);

    /// <summary>Reads the metadata anew.</summary>
    /// <returns>A JSON object that doesn't depend on this row.</returns>
    public JsonElement ReadMetadata()
    {
        using var document = JsonDocument.Parse(EncodedMetadata, AnyDepth);
        return document.RootElement.Clone();
    }
}

/// <summary>One failed attempt of a job.</summary>
/// <param name="At">When the attempt started, in UTC.</param>
/// <param name="Attempt">The attempt's number, from 1.</param>
/// <param name="Error">What went wrong, in words.</param>
/// <param name="Trace">The stack trace; empty when there is none.</param>
public sealed record AttemptError(DateTimeOffset At, int Attempt, string Error, string Trace);
