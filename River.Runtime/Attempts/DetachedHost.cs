using System.Data.Common;

namespace River.Attempts;

/// <summary>Stands behind an attempt that no client runs: writes go to a copy of the row's metadata.</summary>
internal sealed class DetachedHost(JobRow row, TimeProvider time, Interruption interruption = Interruption.None) : IAttemptHost
{
    private readonly Lock _lock = new();

    public Interruption Interruption => interruption;

    public CancellationToken Token => new(canceled: interruption != Interruption.None);

    public TimeProvider Time => time;

    public ReadOnlyMemory<byte> Metadata { get; private set; } = row.EncodedMetadata;

    public void Progressed(JobProgress progress)
    {
        // Nobody listens to a job that no client runs.
    }

    public void CheckTransaction(DbTransaction transaction) => ArgumentNullException.ThrowIfNull(transaction);

    public bool KeepsSnapshot(DbTransaction transaction) => false;

    public Task CompleteAsync(DbTransaction transaction, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RecordAsync(byte[] metadata, DbTransaction? transaction)
    {
        lock (_lock)
            Metadata = EncodedObject.Merge(Metadata, metadata);
        return Task.CompletedTask;
    }

    public async Task<bool> TryRecordAsync(byte[] metadata, CancellationToken cancellationToken)
    {
        await RecordAsync(metadata, transaction: null).ConfigureAwait(false);
        return true;
    }
}
