using System.Data.Common;
using System.Text.Json.Nodes;
using River.Serialization;
using River.Storage;

namespace River.Attempts;

/// <summary>
/// What a worker says of its job while it works it. Steps and progress are written meanwhile; all of it, what isn't
/// written yet included, goes with the attempt's settlement, whatever the outcome.
/// </summary>
internal sealed class AttemptRecord(JobRow row, IAttemptHost host)
{
    /// <summary>As in River: the most that a job's output may take.</summary>
    public const int MaxOutputBytes = 32 * 1024 * 1024;

    private const int MaxValueBytes = 1024 * 1024;

    /// <summary>The length of <c>{}</c>.</summary>
    private const int EmptyObject = 2;

    private Dictionary<string, byte[]>? _values;
    private StepPlan? _steps;
    private LiveWrites? _writes;
    private JobProgress? _progress;

    public JobRow Row => row;

    public IAttemptHost Host => host;

    /// <summary>Guards what a worker says of its job. The object itself, which nobody else sees: hardly a job says anything.</summary>
    public object Gate => this;

    /// <summary>Collects what the job logs; null when that is off.</summary>
    public AttemptLog? Log { get; init; }

    public JobProgress? Progress => Volatile.Read(ref _progress);

    public void SetOutput(byte[] json) => Set(MetadataKeys.Output, json);

    /// <exception cref="InvalidJobDataException">The key is River's, or the value can't be stored.</exception>
    public void SetMetadata(string key, JsonNode? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (MetadataKeys.FaultOf(key) is { } fault)
            throw new InvalidJobDataException(row.Kind, $"metadata '{SafeText.Storable(key)}'", fault);
        Set(key, ValueWriter.Write(row.Kind, $"metadata '{key}'", value, MaxValueBytes));
    }

    /// <summary>The write that is due for it; completed when it is put off.</summary>
    public Task ReportProgress(JobProgress progress)
    {
        Volatile.Write(ref _progress, progress);
        host.Progressed(progress);
        return Writes.Offer(new Dictionary<string, byte[]>(StringComparer.Ordinal) { [MetadataKeys.Progress] = progress.Encode() });
    }

    public async Task StepAsync(string name, DbTransaction? transaction, Func<CancellationToken, Task> step)
    {
        if (transaction is not null)
            await JoinAsync(transaction).ConfigureAwait(false);
        var plan = Plan();
        if (!plan.TryBegin(name))
            return;
        try
        {
            await step(host.Token).ConfigureAwait(false);
            await Writes.WriteAsync(plan.Complete(name), transaction).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            plan.Fail(error);
            throw;
        }
    }

    /// <summary>A transaction of the worker's is about to take part, with a step or with the completion.</summary>
    /// <exception cref="ArgumentException">Statements can't join it.</exception>
    public Task JoinAsync(DbTransaction transaction)
    {
        host.CheckTransaction(transaction);
        return Writes.MakeWayAsync(host.KeepsSnapshot(transaction));
    }

    /// <summary>Writes a cursor of the running step at once.</summary>
    public async Task SetCursorAsync(string step, byte[] cursor, DbTransaction? transaction)
    {
        if (transaction is not null)
            await JoinAsync(transaction).ConfigureAwait(false);
        await Writes.WriteAsync(Plan().SetCursor(step, cursor), transaction).ConfigureAwait(false);
    }

    public void SetCursor(string step, byte[] cursor) => _ = Writes.Offer(Plan().SetCursor(step, cursor));

    public ReadOnlyMemory<byte>? CursorOf(string step) => Plan().CursorOf(step);

    /// <summary>For a worker that returned: it may have passed over the failure of a step, or have no step by the stored name.</summary>
    public void ThrowIfUnfinished() => FoundPlan()?.ThrowIfUnfinished();

    /// <summary>The settlement with all that was recorded.</summary>
    /// <param name="settlement">The outcome; what River itself writes with it stands.</param>
    /// <param name="log">The row's log with this attempt's; null when nothing was logged.</param>
    /// <param name="isLast">Whether nothing is written by itself any more.</param>
    public Settlement AddTo(Settlement settlement, byte[]? log, bool isLast)
    {
        var unwritten = Volatile.Read(ref _writes)?.Read(isLast);
        var plan = settlement.State == JobState.Completed ? FoundPlan() : null;
        if (log is null && plan is null && unwritten is null or { Count: 0 } && Progress is null && Volatile.Read(ref _values) is null)
            return settlement;
        var changes = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        lock (Gate)
        {
            foreach (var (key, value) in _values ?? [])
                changes[key] = value;
        }

        foreach (var (key, value) in unwritten ?? [])
            changes[key] = value;
        if (Progress is { } progress)
            changes[MetadataKeys.Progress] = progress.Encode();
        if (plan is not null)
        {
            foreach (var (key, value) in plan.Forget())
                changes[key] = value;
        }

        if (log is not null)
            changes[MetadataKeys.Log] = log;
        return changes.Count == 0 ? settlement : settlement with { Metadata = EncodedObject.Write(changes, settlement.Metadata) };
    }

    private LiveWrites Writes
    {
        get
        {
            if (Volatile.Read(ref _writes) is { } writes)
                return writes;
            lock (Gate)
                return _writes ??= new LiveWrites(host);
        }
    }

    private StepPlan Plan()
    {
        lock (Gate)
            return _steps ??= StepPlan.Of(row);
    }

    /// <summary>The plan, if there is anything to plan: a step was run, or a row holds one that the worker doesn't have any more.</summary>
    private StepPlan? FoundPlan()
    {
        if (Volatile.Read(ref _steps) is null && row.EncodedMetadata.Length <= EmptyObject)
            return null;
        lock (Gate)
            return _steps ??= TopLevel.Find(row.EncodedMetadata, MetadataKeys.Step) is null ? null : StepPlan.Of(row);
    }

    private void Set(string key, byte[] json)
    {
        lock (Gate)
            (_values ??= new Dictionary<string, byte[]>(StringComparer.Ordinal))[key] = json;
    }
}
