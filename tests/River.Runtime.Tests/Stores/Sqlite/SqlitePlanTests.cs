using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using River.Sqlite.Statements;
using River.Storage;
using Xunit;

namespace River.Tests.Stores.Sqlite;

/// <summary>What runs often looks only at the rows that it needs, however long the history.</summary>
public sealed class SqlitePlanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Statements => new()
    {
        { nameof(ClaimSql.Claim), ClaimSql.Claim },
        { nameof(ClaimSql.Settle), ClaimSql.Settle },
        { nameof(ClaimSql.Expired), ClaimSql.Expired },
        { nameof(DueSql.Due), DueSql.Due },
        { nameof(DueSql.Promote), DueSql.Promote },
        { nameof(DueSql.NextDue), DueSql.NextDue },
        { nameof(JobSql.KeyHolder), JobSql.KeyHolder },
        { "a list", List(new JobFilter()) },
        { "a list by numbers", List(new JobFilter { Ids = [1, 2] }) },
        { "a list of finished jobs by when they ended", List(new JobFilter { OrderBy = JobOrder.FinalizedAt, States = JobStates.Completed }) },
        { "a list of a queue's available jobs", List(new JobFilter { Queues = ["mail"], States = JobStates.Available }) },
        { "a deletion of finished jobs", FilterSql.Deletable(new JobFilter { States = JobStates.Discarded }, JobOrdering.Of(new JobFilter { States = JobStates.Discarded })) },
        { nameof(QueueSql.NonEmpty), QueueSql.NonEmpty },
        { nameof(OutboxSql.After), OutboxSql.After },
        { nameof(UpkeepSql.StretchEnd), UpkeepSql.StretchEnd },
        { nameof(UpkeepSql.PruneJobs), UpkeepSql.PruneJobs },
        { nameof(UpkeepSql.PruneNotifications), UpkeepSql.PruneNotifications },
    };

    private static string List(JobFilter filter) => FilterSql.List(filter, JobOrdering.Of(filter));

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task No_frequent_statement_scans_a_table_of_history(string name, string sql)
    {
        await using var database = await SqliteDatabase.CreateAsync(Token);
        await using var connection = (SqliteConnection)await database.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {sql}";
        foreach (var parameter in Regex.Matches(sql, @"@\w+").Select(match => match.Value).Distinct(StringComparer.Ordinal))
            command.Parameters.AddWithValue(parameter, 1);

        var steps = new List<string>();
        await using (var plan = await command.ExecuteReaderAsync(Token))
        {
            while (await plan.ReadAsync(Token))
                steps.Add(plan.GetString(3));
        }

        Assert.NotEmpty(steps);
        Assert.False(
            steps.Exists(step => step.StartsWith("SCAN", StringComparison.Ordinal) && step.Contains("river_", StringComparison.Ordinal)),
            $"{name}:\n{string.Join('\n', steps)}");
    }
}
