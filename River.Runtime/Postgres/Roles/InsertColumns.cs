using NpgsqlTypes;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>
/// Rows to insert, column by column, as <see cref="Sql.Fragments.Rows"/> takes them. A column that holds nothing but
/// defaults is left out. May be filled again and again.
/// </summary>
internal sealed class InsertColumns
{
    /// <summary>Room for more rows isn't kept for the next ones: one large call would hold it for good.</summary>
    public const int MostKept = 1_000;

    private readonly List<string> _states = [];
    private readonly List<short> _maxAttempts = [];
    private readonly List<DateTimeOffset?> _scheduledAts = [];
    private readonly List<long> _delays = [];
    private readonly List<short> _priorities = [];
    private readonly List<byte[]> _args = [];
    private readonly List<string> _kinds = [];
    private readonly List<byte[]?> _metadata = [];
    private readonly List<string> _queues = [];
    private readonly List<string> _tags = [];
    private readonly List<byte[]?> _uniqueKeys = [];
    private readonly List<int?> _uniqueStates = [];
    private readonly object?[] _columns = new object?[Types.Count];

    public static IReadOnlyList<NpgsqlDbType> Types { get; } =
    [
        NpgsqlDbType.Array | NpgsqlDbType.Text,
        NpgsqlDbType.Array | NpgsqlDbType.Smallint,
        NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        NpgsqlDbType.Array | NpgsqlDbType.Smallint,
        NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
        NpgsqlDbType.Array | NpgsqlDbType.Text,
        NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
        NpgsqlDbType.Array | NpgsqlDbType.Text,
        NpgsqlDbType.Array | NpgsqlDbType.Text,
        NpgsqlDbType.Array | NpgsqlDbType.Bytea,
        NpgsqlDbType.Array | NpgsqlDbType.Integer,
    ];

    /// <summary>The values of a column; null when it is left out.</summary>
    public object? this[int column] => _columns[column];

    public void Fill(IReadOnlyList<JobInsert> jobs)
    {
        Clear(room: jobs.Count);
        var (hasState, hasTime, hasDelay, hasPriority, hasMetadata, hasTags, hasKey) = (false, false, false, false, false, false, false);
        for (var i = 0; i < jobs.Count; i++)
        {
            var job = jobs[i];
            _states.Add(JobRowReader.NameOf(job.State));
            hasState |= job.State != JobState.Available;
            _maxAttempts.Add((short)job.MaxAttempts);
            _scheduledAts.Add(job.ScheduledAt?.ToUniversalTime());
            hasTime |= job.ScheduledAt is not null;
            _delays.Add(InsertParameters.Microseconds(job.Delay));
            hasDelay |= job.Delay != TimeSpan.Zero;
            _priorities.Add((short)job.Priority);
            hasPriority |= job.Priority != 1;
            _args.Add(job.Args);
            _kinds.Add(job.Kind);
            _metadata.Add(job.Metadata);
            hasMetadata |= job.Metadata is not null;
            _queues.Add(job.Queue);
            // Tags can't hold commas; arrays of arrays would have to be of one length.
            _tags.Add(job.Tags.Count == 0 ? "" : string.Join(',', job.Tags));
            hasTags |= job.Tags.Count > 0;
            var isUnique = job.UniqueKey is not null && job.UniqueStates != JobStates.None;
            _uniqueKeys.Add(isUnique ? job.UniqueKey : null);
            _uniqueStates.Add(isUnique ? (int)job.UniqueStates : null);
            hasKey |= isUnique;
        }

        _columns[0] = hasState ? _states : null;
        _columns[1] = _maxAttempts;
        _columns[2] = hasTime ? _scheduledAts : null;
        _columns[3] = hasDelay ? _delays : null;
        _columns[4] = hasPriority ? _priorities : null;
        _columns[5] = _args;
        _columns[6] = _kinds;
        _columns[7] = hasMetadata ? _metadata : null;
        _columns[8] = _queues;
        _columns[9] = hasTags ? _tags : null;
        _columns[10] = hasKey ? _uniqueKeys : null;
        _columns[11] = hasKey ? _uniqueStates : null;
    }

    /// <summary>Lets go of the rows, and of the room that they took when it was much.</summary>
    public void Clear() => Clear(room: 0);

    private void Clear(int room)
    {
        Empty(_states, room);
        Empty(_maxAttempts, room);
        Empty(_scheduledAts, room);
        Empty(_delays, room);
        Empty(_priorities, room);
        Empty(_args, room);
        Empty(_kinds, room);
        Empty(_metadata, room);
        Empty(_queues, room);
        Empty(_tags, room);
        Empty(_uniqueKeys, room);
        Empty(_uniqueStates, room);
    }

    private static void Empty<T>(List<T> column, int room)
    {
        column.Clear();
        // Exactly so much: a list that grows by itself takes up to twice as much, which wouldn't be kept.
        if (column.Capacity < room || column.Capacity > MostKept)
            column.Capacity = room;
    }
}
