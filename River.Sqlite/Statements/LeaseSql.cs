namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.ILease"/>.</summary>
internal static class LeaseSql
{
    public const string RemoveExpired = "DELETE FROM river_leader WHERE expires_at < @now";

    public const string Lead =
        """
        INSERT INTO river_leader (leader_id, elected_at, expires_at) VALUES (@leader_id, @now, @expires_at)
        ON CONFLICT DO NOTHING RETURNING elected_at
        """;

    public const string Renew =
        "UPDATE river_leader SET expires_at = @expires_at WHERE leader_id = @leader_id AND elected_at = @elected_at AND expires_at >= @now";

    public const string Resign = "DELETE FROM river_leader WHERE leader_id = @leader_id AND elected_at = @elected_at";

    public const string ExpiresAt = "SELECT expires_at FROM river_leader WHERE expires_at >= @now";

    /// <summary>A leader that has no row among our clients is a client of another library.</summary>
    public const string Get =
        """
        SELECT leader_id, elected_at, expires_at, NOT EXISTS (SELECT 1 FROM river_dotnet_client WHERE id = leader_id)
        FROM river_leader WHERE expires_at >= @now
        """;

    public const string InForce = "SELECT 1 FROM river_leader WHERE leader_id = @leader_id AND elected_at = @elected_at AND expires_at >= @now";
}
