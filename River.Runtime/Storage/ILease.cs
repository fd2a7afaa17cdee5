namespace River.Storage;

/// <summary>The lease of River's leader, in <c>river_leader</c>.</summary>
internal interface ILease
{
    /// <summary>Removes an expired lease and takes it if it is free.</summary>
    /// <returns>The term; null when another client leads.</returns>
    Task<LeaderTerm?> LeadAsync(string clientId, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Prolongs a term that hasn't run out.</summary>
    /// <returns>False when it is over.</returns>
    Task<bool> RenewAsync(LeaderTerm term, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Ends a term and tells the other clients.</summary>
    Task ResignAsync(LeaderTerm term, CancellationToken cancellationToken);

    /// <summary>Tells whoever leads to step down; nobody needs to lead.</summary>
    Task RequestResignAsync(System.Data.Common.DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>How long from now the lease lasts unless it is renewed.</summary>
    /// <returns>Null when nobody holds it.</returns>
    Task<TimeSpan?> HeldForAsync(CancellationToken cancellationToken);

    /// <summary>Who leads.</summary>
    /// <returns>Null when nobody does.</returns>
    Task<LeaderInfo?> GetAsync(CancellationToken cancellationToken);
}

/// <summary>One term of one leader; what maintenance writes are fenced by.</summary>
internal sealed record LeaderTerm(string LeaderId, DateTimeOffset ElectedAt);
