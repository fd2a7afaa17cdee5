using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace River.Postgres.Connections;

/// <summary>
/// What keeps the plans of hot statements the same whatever the statistics say: without these, before the first ANALYZE,
/// a claim may read and sort a queue's whole backlog, or be compiled anew each time.
/// </summary>
internal static class SessionSettings
{
    /// <summary>Undoes <see cref="ForSession"/>, for a connection that goes back to its pool.</summary>
    public const string Reset = "RESET jit; RESET plan_cache_mode; RESET enable_seqscan; RESET enable_bitmapscan; RESET statement_timeout; RESET synchronous_commit; RESET lock_timeout";

    /// <summary>For a connection that is rented for long.</summary>
    public static string ForSession(TimeSpan statementTimeout, bool flushes, TimeSpan? lockTimeout = null) =>
        $"SET jit = off; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; SET statement_timeout = {Milliseconds(statementTimeout)}{(flushes ? "" : "; SET synchronous_commit = off")}"
            + (lockTimeout is { } limit ? $"; SET lock_timeout = {Milliseconds(limit)}" : "");

    /// <summary>For the rest of the transaction, as the first statement of a batch.</summary>
    public static NpgsqlBatchCommand ForTransaction(TimeSpan statementTimeout, bool flushes = true, TimeSpan? lockTimeout = null) =>
        Commands.Of($"SELECT set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('statement_timeout', $1, true){(flushes ? "" : ", set_config('synchronous_commit', 'off', true)")}{(lockTimeout is { } limit ? $", set_config('lock_timeout', '{Milliseconds(limit)}', true)" : "")}")
            .With(NpgsqlDbType.Text, Milliseconds(statementTimeout));

    /// <summary>Lets the rest of the transaction wait for locks as long as its statements may take; the first statement of a batch.</summary>
    public static NpgsqlBatchCommand NoLockTimeout() => Commands.Of("SELECT set_config('lock_timeout', '0', true)");

    /// <summary>Ends the session when a statement of the transaction doesn't follow the one before within a time; the first statement of a batch.</summary>
    public static NpgsqlBatchCommand IdleLimit(TimeSpan limit) =>
        Commands.Of("SELECT set_config('idle_in_transaction_session_timeout', $1, true)").With(NpgsqlDbType.Text, Milliseconds(limit));

    private static string Milliseconds(TimeSpan timeout) =>
        Math.Max(1, (long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
