namespace River.Storage;

/// <summary>
/// Which clients are alive, and whose jobs nobody works any more. A client is its id and its start: a later start under
/// the same id is another client, and ends the earlier one. In our own migration line.
/// </summary>
internal interface IPresence
{
    /// <summary>Writes a client's row before its first claim. An earlier start under the same id is over with it.</summary>
    Task<ClientStart> EnterAsync(string clientId, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Prolongs the client's lease, and with it the lease of rescuing if that is free or its own; looks what became of its
    /// attempts. A row that somebody removed is written anew. Does nothing when a later start has replaced this one.
    /// </summary>
    Task<BeatResult> BeatAsync(ClientStart client, BeatTerms terms, IReadOnlyList<ClaimToken> attempts, CancellationToken cancellationToken);

    /// <summary>Ends a client: whatever runs in its name is orphaned at once, and others may rescue.</summary>
    Task LeaveAsync(ClientStart client, CancellationToken cancellationToken);

    /// <summary>
    /// Running jobs, by number, after <paramref name="afterId"/>, whose latest client has started anew since;
    /// with <paramref name="expired"/> also those whose client's lease has run out. A client without a row isn't ours.
    /// </summary>
    Task<IReadOnlyList<ClaimedJob>> OrphansAsync(bool expired, long afterId, int limit, CancellationToken cancellationToken);

    /// <summary>Running jobs, by number, that were claimed in this client's name and aren't among its attempts.</summary>
    Task<IReadOnlyList<ClaimedJob>> StraysAsync(ClientStart client, IReadOnlyList<ClaimToken> attempts, int limit, CancellationToken cancellationToken);

    /// <summary>Removes the rows of clients whose lease ran out longer than <paramref name="age"/> ago and in whose name nothing runs.</summary>
    /// <returns>How many.</returns>
    Task<int> ForgetAsync(TimeSpan age, CancellationToken cancellationToken);
}

/// <summary>A client from one start to its end.</summary>
/// <param name="ClientId">Its name.</param>
/// <param name="StartedAt">When it wrote its row, by the database's clock.</param>
internal sealed record ClientStart(string ClientId, DateTimeOffset StartedAt);

/// <summary>How long what a beat prolongs lasts.</summary>
/// <param name="Lease">After so long without a beat the client counts as gone.</param>
/// <param name="RescueLease">After so long without a beat another client rescues.</param>
/// <param name="LongestGap">A rescuer whose beats were further apart begins anew to count how long it has been rescuing: the database may have been away.</param>
internal readonly record struct BeatTerms(TimeSpan Lease, TimeSpan RescueLease, TimeSpan LongestGap);

/// <summary>What a beat found.</summary>
/// <param name="IsPresent">False when a later start under the same id has replaced this client; then nothing else is told.</param>
/// <param name="RescuingFor">How long this client has been the one that rescues, without a gap; null when another one is.</param>
/// <param name="HasOrphans">Told to the one that rescues: there may be orphans, of expired clients too.</param>
/// <param name="Lost">Attempts that are no longer this client's.</param>
/// <param name="Cancelling">Attempts that somebody asked to be cancelled.</param>
internal sealed record BeatResult(
    bool IsPresent,
    TimeSpan? RescuingFor,
    bool HasOrphans,
    IReadOnlyList<ClaimToken> Lost,
    IReadOnlyList<ClaimToken> Cancelling)
{
    public static readonly BeatResult Absent = new(IsPresent: false, RescuingFor: null, HasOrphans: false, [], []);
}
