using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using River.Serialization;

namespace River.Uniqueness;

/// <summary>
/// Makes <c>unique_key</c> exactly as River does: SHA-256 over a text of kind, arguments, period and queue, so that
/// clients in other languages see the same duplicates.
/// </summary>
internal sealed class UniqueKeys
{
    private readonly ConcurrentDictionary<JobDescriptor, JobKey> _jobs = new();

    /// <param name="job">The job's kind and marked members.</param>
    /// <param name="options">What belongs to the key.</param>
    /// <param name="args">The arguments' stored JSON.</param>
    /// <param name="queue">The queue that the job goes to.</param>
    /// <param name="now">The client's time in UTC; also for a scheduled job, as in River.</param>
    /// <returns>32 bytes.</returns>
    public byte[] Of(JobDescriptor job, UniqueOptions options, ReadOnlyMemory<byte> args, string queue, DateTimeOffset now)
    {
        using var text = new PooledBuffer();
        WriteText(job, options, args, queue, now, text);
        return SHA256.HashData(text.Written);
    }

    /// <summary>Writes the text that is hashed.</summary>
    internal void WriteText(JobDescriptor job, UniqueOptions options, ReadOnlyMemory<byte> args, string queue, DateTimeOffset now, PooledBuffer output)
    {
        if (!options.ExcludeKind)
        {
            output.Write("&kind="u8);
            WriteUtf8(job.Kind, output);
        }

        if (options.Args)
        {
            output.Write("&args="u8);
            var key = _jobs.GetOrAdd(job, static job => new JobKey(job));
            if (key.Marked is { } marked)
                CanonicalArgs.WriteMarked(args, marked, key.Shape, output);
            else
                CanonicalArgs.WriteAll(args, key.Shape, output);
        }

        if (options.Period is { } period)
        {
            output.Write("&period="u8);
            WriteUtf8(BucketOf(now, period), output);
        }

        if (options.Queue)
        {
            output.Write("&queue="u8);
            WriteUtf8(queue, output);
        }
    }

    /// <summary>The start of the bucket that a moment lies in. Buckets are counted from year 1 in UTC, as Go does: weeks start on Mondays.</summary>
    private static string BucketOf(DateTimeOffset now, TimeSpan period)
    {
        var start = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % period.Ticks), TimeSpan.Zero).ToOffset(now.Offset);
        return start.ToString(start.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    private static void WriteUtf8(string text, PooledBuffer output)
    {
        var length = Encoding.UTF8.GetBytes(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length)));
        output.Advance(length);
    }

    /// <summary>What of a job's type doesn't change from one job to the next.</summary>
    private sealed class JobKey(JobDescriptor job)
    {
        public MarkedMembers? Marked { get; } = job.Facts.UniqueMembers.Count == 0 ? null : new MarkedMembers(job.Facts.UniqueMembers);

        public ArgsShape? Shape { get; } = ArgsShape.Of(job.Contract);
    }
}
