namespace River;

/// <summary>The client that leads: of all that work jobs in one database, Go ones included, the one that does the shared maintenance.</summary>
/// <param name="Id">Its name, as in <c>attempted_by</c>.</param>
/// <param name="ElectedAt">When its term began, by the database's clock.</param>
/// <param name="ExpiresAt">When its lease runs out unless it is renewed, which happens every 5 seconds.</param>
/// <param name="IsForeign">
/// Whether it isn't a client of this library. Such a leader discards stuck jobs of kinds that it doesn't know.
/// </param>
public sealed record LeaderInfo(string Id, DateTimeOffset ElectedAt, DateTimeOffset ExpiresAt, bool IsForeign);
