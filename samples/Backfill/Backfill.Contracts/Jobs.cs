using River;

namespace Backfill.Contracts;

/// <summary>Cuts a backfill into chunks. Rows that were enqueued under the job's first name are still worked.</summary>
[Job(KindAliases = ["begin_backfill"])]
public sealed partial record StartBackfill(long BackfillId);

/// <summary>Copies some rows. A chunk that is asked for again, because the job that asks is tried again, isn't copied twice.</summary>
[Job(Queue = Queues.Chunks, MaxAttempts = 10), Unique(Args = true)]
public sealed partial record CopyChunk(long BackfillId, int FirstRow, int Count);

/// <summary>Closes a backfill once all its chunks are copied.</summary>
[Job(Queue = Queues.Cleanup)]
public sealed partial record CleanUp(long BackfillId);
