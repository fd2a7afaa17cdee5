using System.Collections;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Passes rows to insert, column by column, as <see cref="Sql.Fragments.Rows"/> takes them.</summary>
internal static class InsertParameters
{
    public static NpgsqlBatchCommand WithRows(this NpgsqlBatchCommand command, IReadOnlyList<JobInsert> jobs)
    {
        var states = new string[jobs.Count];
        var maxAttempts = new short[jobs.Count];
        var scheduledAts = new DateTimeOffset?[jobs.Count];
        var delays = new long[jobs.Count];
        var priorities = new short[jobs.Count];
        var args = new byte[jobs.Count][];
        var kinds = new string[jobs.Count];
        var metadata = new byte[]?[jobs.Count];
        var queues = new string[jobs.Count];
        var tags = new string[jobs.Count];
        var uniqueKeys = new byte[]?[jobs.Count];
        var uniqueStates = new int?[jobs.Count];
        for (var i = 0; i < jobs.Count; i++)
        {
            var job = jobs[i];
            states[i] = JobRowReader.NameOf(job.State);
            maxAttempts[i] = (short)job.MaxAttempts;
            scheduledAts[i] = job.ScheduledAt?.ToUniversalTime();
            delays[i] = Microseconds(job.Delay);
            priorities[i] = (short)job.Priority;
            args[i] = job.Args;
            kinds[i] = job.Kind;
            metadata[i] = job.Metadata;
            queues[i] = job.Queue;
            // Tags can't hold commas; arrays of arrays would have to be of one length.
            tags[i] = string.Join(',', job.Tags);
            if (job.UniqueKey is { } key && job.UniqueStates != JobStates.None)
                (uniqueKeys[i], uniqueStates[i]) = (key, (int)job.UniqueStates);
        }

        return command
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, states)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Smallint, maxAttempts)
            .With(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, scheduledAts)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, delays)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Smallint, priorities)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Jsonb, args)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, kinds)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Jsonb, metadata)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, queues)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, tags)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Bytea, uniqueKeys)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Integer, uniqueStates);
    }

    public static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The states as a bit string, whose leftmost bit is the highest.</summary>
    public static BitArray Bits(JobStates states)
    {
        var bits = new BitArray(8);
        for (var i = 0; i < 8; i++)
            bits[i] = ((int)states & (0x80 >> i)) != 0;
        return bits;
    }
}
