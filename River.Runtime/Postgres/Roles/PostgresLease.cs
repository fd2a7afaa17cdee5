using System.Data.Common;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresLease(PostgresDatabase database) : ILease
{
    public async Task<LeaderTerm?> LeadAsync(string clientId, TimeSpan duration, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Lease;
        var command = Commands.Of(sql.Lead)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Text, clientId)
            .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(duration));
        return await database.ReadAsync(
            transaction: null,
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? new LeaderTerm(clientId, reader.GetFieldValue<DateTimeOffset>(0)) : null,
            cancellationToken,
            command).ConfigureAwait(false);
    }

    public async Task<bool> RenewAsync(LeaderTerm term, TimeSpan duration, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Lease;
        var command = Commands.Of(sql.Renew)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Text, term.LeaderId)
            .With(NpgsqlDbType.TimestampTz, term.ElectedAt.ToUniversalTime())
            .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(duration));
        return await database.ReadAsync(transaction: null, reader => reader.ReadAsync(cancellationToken), cancellationToken, command).ConfigureAwait(false);
    }

    public async Task ResignAsync(LeaderTerm term, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Lease;
        var command = Commands.Of(sql.Resign)
            .With(NpgsqlDbType.Text, term.LeaderId)
            .With(NpgsqlDbType.TimestampTz, term.ElectedAt.ToUniversalTime());
        await database.ExecuteAsync(transaction: null, cancellationToken, command).ConfigureAwait(false);
    }

    public async Task RequestResignAsync(DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Lease;
        await database.ExecuteAsync(transaction, cancellationToken, Commands.Of(sql.RequestResign)).ConfigureAwait(false);
    }

    public async Task<TimeSpan?> HeldForAsync(CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Lease;
        return await database.ReadAsync<TimeSpan?>(
            transaction: null,
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? TimeSpan.FromSeconds(reader.GetDouble(0)) : null,
            cancellationToken,
            Commands.Of(sql.HeldFor).WithClock(database.Clock())).ConfigureAwait(false);
    }

    public async Task<LeaderInfo?> GetAsync(CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Lease;
        return await database.ReadAsync(
            transaction: null,
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                ? new LeaderInfo(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(3))
                : null,
            cancellationToken,
            Commands.Of(sql.Get).WithClock(database.Clock())).ConfigureAwait(false);
    }
}
