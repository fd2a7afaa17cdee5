using System.Collections;
using Npgsql;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Passes rows to insert, column by column, as <see cref="Sql.Fragments.Rows"/> takes them.</summary>
internal static class InsertParameters
{
    public static NpgsqlBatchCommand WithRows(this NpgsqlBatchCommand command, IReadOnlyList<JobInsert> jobs)
    {
        var columns = new InsertColumns();
        columns.Fill(jobs);
        for (var i = 0; i < InsertColumns.Types.Count; i++)
            command.With(InsertColumns.Types[i], columns[i]);
        return command;
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
