using System.Collections;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Passes rows to insert, column by column, as <see cref="Sql.Fragments.Rows"/> takes them.</summary>
internal static class InsertParameters
{
    /// <summary>The statement that inserts rows; without unique keys it returns one row for all.</summary>
    public static NpgsqlBatchCommand InsertOf(this JobSql sql, IReadOnlyList<JobInsert> jobs, bool isUnique, DateTimeOffset? clock)
    {
        if (isUnique)
            return Commands.Of(sql.InsertUnique).WithClock(clock).WithRows(jobs);
        if (!AreAlike(jobs))
            return Commands.Of(sql.Insert).WithClock(clock).WithRows(jobs).WithAnnouncement(jobs);
        var command = Commands.Of(sql.InsertAlike);
        new RowParameters(command.Parameters, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb, Value = jobs.Select(job => job.Args).ToList() }).Set(jobs[0], clock);
        return command;
    }

    /// <summary>Whether rows without unique keys differ in nothing but their arguments.</summary>
    public static bool AreAlike(IReadOnlyList<JobInsert> jobs)
    {
        var first = jobs[0];
        for (var i = 1; i < jobs.Count; i++)
        {
            if (!jobs[i].IsLike(first))
                return false;
        }

        return true;
    }

    public static NpgsqlBatchCommand WithRows(this NpgsqlBatchCommand command, IReadOnlyList<JobInsert> jobs)
    {
        var columns = new InsertColumns();
        columns.Fill(jobs);
        for (var i = 0; i < InsertColumns.Types.Count; i++)
            command.With(InsertColumns.Types[i], columns[i]);
        return command;
    }

    /// <summary>Passes whom to tell of rows, as <see cref="Announced"/> and in the order of <see cref="AnnouncementTypes"/>.</summary>
    public static NpgsqlBatchCommand WithAnnouncement(this NpgsqlBatchCommand command, IReadOnlyList<JobInsert> jobs)
    {
        var announced = Announced(jobs);
        for (var i = 0; i < announced.Length; i++)
            command.With(AnnouncementTypes[i], announced[i]);
        return command;
    }

    public static IReadOnlyList<NpgsqlDbType> AnnouncementTypes { get; } = [NpgsqlDbType.Array | NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.TimestampTz];

    /// <summary>The queues to tell, the shortest delay in microseconds, and the earliest time; null for none.</summary>
    public static object?[] Announced(IReadOnlyList<JobInsert> jobs)
    {
        var told = Announcement.Of(jobs);
        return [told.Queues, told.ShortestDelay is { } delay ? Microseconds(delay) : null, told.EarliestTime];
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
