using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using River.Attempts;
using River.Serialization;

namespace River;

/// <content>What a worker says of its job while it works it. Stored with the attempt's outcome, whatever that is.</content>
public sealed partial class Job<TArgs>
{
    /// <summary>Why the worker's cancellation token was cancelled; <see cref="Interruption.None"/> while it isn't.</summary>
    public Interruption Interruption => Record.Host.Interruption;

    /// <summary>What was reported last in this attempt; null when nothing was. Of earlier attempts <see cref="Row"/> tells.</summary>
    public JobProgress? Progress => Record.Progress;

    internal AttemptRecord Record { get; }

    /// <summary>
    /// Sets the job's output, read by <see cref="JobRow.ReadOutput{T}"/>. It is stored with the attempt's outcome, also
    /// when that is a failure, a snooze or a cancel; of several, and of several attempts, the last counts.
    /// </summary>
    /// <typeparam name="TOutput">The output's type.</typeparam>
    /// <param name="output">The output: at most 32 MiB as JSON; written now.</param>
    /// <param name="typeInfo">How it is written, from a generated <c>JsonSerializerContext</c>.</param>
    /// <exception cref="InvalidJobDataException">It can't be stored; the message names the member at fault.</exception>
    public void SetOutput<TOutput>(TOutput output, JsonTypeInfo<TOutput> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        Record.SetOutput(ValueWriter.Write(Kind, "output", output, typeInfo, AttemptRecord.MaxOutputBytes));
    }

    /// <summary>Sets the job's output, as <see cref="SetOutput{TOutput}"/> does; a text or a number will do: <c>job.SetOutput("7 pages")</c>.</summary>
    /// <param name="output">The output: at most 32 MiB as JSON; written now.</param>
    /// <exception cref="InvalidJobDataException">It can't be stored; the message names the member at fault.</exception>
    public void SetOutput(JsonNode? output) =>
        Record.SetOutput(ValueWriter.Write(Kind, "output", output, AttemptRecord.MaxOutputBytes));

    /// <summary>
    /// Sets one key of the job's metadata, in place of its value. It is stored with the attempt's outcome, whatever that
    /// is; until then <see cref="Row"/> shows the metadata as it was.
    /// </summary>
    /// <param name="key">Any name that River doesn't use itself.</param>
    /// <param name="value">The new value, at most 1 MiB as JSON; written now. Null stores a JSON null.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty.</exception>
    /// <exception cref="InvalidJobDataException">The key is one of River's, or the value can't be stored.</exception>
    public void SetMetadata(string key, JsonNode? value) => Record.SetMetadata(key, value);

    /// <summary>
    /// Says how far the job has come; anybody sees it in <see cref="JobRow.Progress"/>. Call it as often as you like: it is
    /// written at most once a second, and the last value with the attempt's outcome.
    /// </summary>
    /// <param name="percent">0 to 100.</param>
    /// <param name="message">What the job does at the moment, for people; cut off after 1,024 bytes.</param>
    /// <returns>The write when it is due, completed when it is put off. It never fails, since progress is only ever told.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percent"/> is NaN or outside 0 to 100.</exception>
    public Task ReportProgressAsync(double percent, string? message = null) =>
        Record.ReportProgress(JobProgress.Of(percent, message, Record.Host.Time.GetUtcNow()));

    /// <summary>As <see cref="ReportProgressAsync"/>, for code that doesn't wait.</summary>
    /// <param name="percent">0 to 100.</param>
    /// <param name="message">What the job does at the moment, for people; cut off after 1,024 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percent"/> is NaN or outside 0 to 100.</exception>
    public void ReportProgress(double percent, string? message = null) => _ = ReportProgressAsync(percent, message);
}
