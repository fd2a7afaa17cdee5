using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresPresence(PostgresDatabase database, RentedConnection beating) : IPresence
{
    public async Task<ClientStart> EnterAsync(string clientId, TimeSpan lease, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Presence;
        var command = Commands.Of(sql.Enter)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Text, clientId)
            .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(lease));
        return await database.ReadAsync(
            transaction: null,
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new ClientStart(clientId, reader.GetFieldValue<DateTimeOffset>(0));
            },
            cancellationToken,
            command).ConfigureAwait(false);
    }

    public async Task<BeatResult> BeatAsync(ClientStart client, BeatTerms terms, IReadOnlyList<ClaimToken> attempts, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Presence;
        var command = WithAttempts(
            Commands.Of(sql.Beat)
                .WithClock(database.Clock())
                .With(NpgsqlDbType.Text, client.ClientId)
                .With(NpgsqlDbType.TimestampTz, client.StartedAt.ToUniversalTime())
                .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(terms.Lease))
                .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(terms.RescueLease))
                .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(terms.LongestGap)),
            attempts);
        return await beating.ReadAsync(
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return reader.GetBoolean(0)
                    ? new BeatResult(
                        IsPresent: true,
                        reader.IsDBNull(1) ? null : TimeSpan.FromMicroseconds(reader.GetInt64(1)),
                        reader.GetBoolean(2),
                        Named(attempts, reader.GetFieldValue<int[]>(3)),
                        Named(attempts, reader.GetFieldValue<int[]>(4)))
                    : BeatResult.Absent;
            },
            cancellationToken,
            command).ConfigureAwait(false);
    }

    public async Task LeaveAsync(ClientStart client, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Presence;
        var command = Commands.Of(sql.Leave)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Text, client.ClientId)
            .With(NpgsqlDbType.TimestampTz, client.StartedAt.ToUniversalTime());
        await database.ExecuteAsync(transaction: null, cancellationToken, command).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ClaimedJob>> OrphansAsync(bool expired, long afterId, int limit, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Presence;
        var command = Commands.Of(sql.Orphans)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Boolean, expired)
            .With(NpgsqlDbType.Bigint, afterId)
            .With(NpgsqlDbType.Integer, limit);
        return await database.ReadSteadilyAsync(reader => reader.ListAsync(JobRowReader.ReadClaimed, cancellationToken), cancellationToken, command).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ClaimedJob>> StraysAsync(ClientStart client, IReadOnlyList<ClaimToken> attempts, int limit, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Presence;
        var command = WithAttempts(
            Commands.Of(sql.Strays)
                .With(NpgsqlDbType.Text, client.ClientId)
                .With(NpgsqlDbType.TimestampTz, client.StartedAt.ToUniversalTime()),
            attempts).With(NpgsqlDbType.Integer, limit);
        return await database.ReadSteadilyAsync(reader => reader.ListAsync(JobRowReader.ReadClaimed, cancellationToken), cancellationToken, command).ConfigureAwait(false);
    }

    public async Task<int> ForgetAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Presence;
        var command = Commands.Of(sql.Forget)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(age));
        return await database.ReadSteadilyAsync(
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (int)reader.GetInt64(0) : 0,
            cancellationToken,
            command).ConfigureAwait(false);
    }

    private static NpgsqlBatchCommand WithAttempts(NpgsqlBatchCommand command, IReadOnlyList<ClaimToken> attempts) => command
        .With(NpgsqlDbType.Array | NpgsqlDbType.Bigint, attempts.Select(token => token.JobId).ToArray())
        .With(NpgsqlDbType.Array | NpgsqlDbType.Smallint, attempts.Select(token => (short)token.Attempt).ToArray())
        .With(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, attempts.Select(token => token.AttemptedAt.ToUniversalTime()).ToArray());

    private static ClaimToken[] Named(IReadOnlyList<ClaimToken> attempts, int[] places) => Array.ConvertAll(places, place => attempts[place - 1]);
}
