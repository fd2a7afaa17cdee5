using Npgsql;
using River.Postgres.Connections;
using River.Postgres.Roles;
using River.Postgres.Sql;
using River.Storage;
using Xunit;

namespace River.Tests.Postgres.Plans;

/// <summary>The hot statements never read all of <c>river_job</c>, whatever PostgreSQL believes about it.</summary>
public sealed class PlanTests(MillionRows rows, ITestOutputHelper output) : IClassFixture<MillionRows>
{
    private static readonly Statements Statements = new(SchemaName.FromOptions("public"));

    public static TheoryData<bool, string, int> Circumstances()
    {
        var data = new TheoryData<bool, string, int>();
        foreach (var analysed in new[] { false, true })
        {
            foreach (var mode in new[] { "force_custom_plan", "force_generic_plan" })
            {
                data.Add(analysed, mode, 1);
                data.Add(analysed, mode, MillionRows.Queues);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Circumstances))]
    public async Task A_claim_reads_little_more_than_it_takes(bool analysed, string mode, int queues)
    {
        foreach (var start in new[] { "NULL", "'2026-01-01Z'" })
            await AssertClaimAsync(analysed, mode, queues, start);
    }

    [Theory]
    [MemberData(nameof(Circumstances))]
    public async Task A_claim_behind_a_head_of_unknown_kinds_does_not_read_it(bool analysed, string mode, int queues)
    {
        // Of priorities 1 to 4 all before the middle of the last are passed over; nothing else is known.
        var cursors = $"{Array(queues, _ => "4")}, {Array(queues, _ => "2100-01-01")}, {Array(queues, _ => "1")}";
        await AssertAsync(analysed, mode, Statements.Claims.Claim, $"NULL, {Names(queues)}, {Array(queues, _ => "10")}, '{{none}}', 'client', NULL, {cursors}", atMost: 0);
    }

    [Theory]
    [MemberData(nameof(Circumstances))]
    public async Task A_look_at_heads_and_backlogs_reads_no_more_than_it_is_told(bool analysed, string mode, int queues)
    {
        await AssertAsync(analysed, mode, Statements.Queues.UnknownHeads, $"NULL, {Names(queues)}, {Cursors(queues)}, '{{none}}', 10", atMost: 10 * queues);

        // Five rows are looked at for each of a known kind, in each of four priorities.
        await AssertAsync(analysed, mode, Statements.Queues.Backlog, $"NULL, {Names(queues)}, {Cursors(queues)}, '{{kind_10,kind_12,kind_14,kind_16}}'", atMost: 25_000);
    }

    private async Task AssertClaimAsync(bool analysed, string mode, int queues, string start) => await AssertAsync(
        // Four of twenty kinds are known, so that some five rows are looked at for each that is taken.
        analysed, mode, Statements.Claims.Claim, $"NULL, {Names(queues)}, {Array(queues, _ => queues == 1 ? "1000" : "1")}, '{{kind_10,kind_12,kind_14,kind_16}}', 'client', {start}, {Cursors(queues)}", atMost: 25_000);

    [Theory]
    [MemberData(nameof(Circumstances))]
    public async Task A_settlement_reads_the_rows_that_it_names(bool analysed, string mode, int settlements)
    {
        // Once with the fences of running attempts, and once with others.
        foreach (var attempt in new[] { "1", "2" })
            await AssertSettlementAsync(analysed, mode, settlements, attempt);
    }

    private async Task AssertSettlementAsync(bool analysed, string mode, int settlements, string attempt)
    {
        var given = $"NULL, {Array(settlements, i => $"{(i * 100) + 93}")}, {Array(settlements, _ => attempt)}, {Array(settlements, _ => "2026-01-01Z")}";
        var rest = $"{Array(settlements, _ => "retryable")}, {Array(settlements, _ => "1000000")}, {Array(settlements, _ => "f")}, {Array(settlements, _ => "\"{}\"")}, {Array(settlements, _ => "\"{}\"")}";
        const string FollowUp = "'{1}', '{available}', '{25}', NULL, NULL, '{1}', '{\"{}\"}', '{kind_1}', NULL, '{queue_1}', NULL, NULL, NULL";
        await AssertAsync(analysed, mode, Statements.Claims.Complete, given, 2 * settlements);
        await AssertAsync(analysed, mode, Statements.Claims.Settle, $"{given}, NULL, NULL, NULL, NULL, NULL", 2 * settlements);
        await AssertAsync(analysed, mode, Statements.Claims.Settle, $"{given}, {rest}", 2 * settlements);
        await AssertAsync(analysed, mode, Statements.Claims.SettleWithFollowUps, $"{given}, {rest}, {FollowUp}", 2 * settlements);
    }

    [Theory]
    [MemberData(nameof(Circumstances))]
    public async Task A_beat_reads_the_attempts_that_it_names_and_the_running_rows(bool analysed, string mode, int attempts)
    {
        var given = $"{Array(attempts, i => $"{(i * 100) + 93}")}, {Array(attempts, _ => "1")}, {Array(attempts, _ => "2026-01-01")}";
        await AssertAsync(analysed, mode, Statements.Presence.Beat, $"NULL, 'present', '2026-01-01Z', 15000000, 12000000, 8000000, {given}", atMost: 21_000 + attempts);
        await AssertAsync(analysed, mode, Statements.Presence.Strays, $"'present', '2026-01-01Z', {given}, 1000", atMost: 21_000);
    }

    [Theory]
    [MemberData(nameof(Circumstances))]
    public async Task A_promotion_reads_what_is_due_and_one_row_for_each_queue(bool analysed, string mode, int limit) =>
        // 1,801 queues, two states, one or two priorities in each.
        await AssertAsync(analysed, mode, Statements.Due.Promote, $"NULL, 'leader', '2026-01-01Z', {limit}, false", atMost: 40_000);

    [Theory]
    [InlineData(false, "force_custom_plan")]
    [InlineData(false, "force_generic_plan")]
    [InlineData(true, "force_custom_plan")]
    [InlineData(true, "force_generic_plan")]
    public async Task The_non_empty_queues_cost_one_row_each(bool analysed, string mode) =>
        await AssertAsync(analysed, mode, Statements.Queues.NonEmpty, "NULL", atMost: 2 * (MillionRows.Queues + 1));

    [Theory]
    [InlineData(false, "force_custom_plan")]
    [InlineData(false, "force_generic_plan")]
    [InlineData(true, "force_custom_plan")]
    [InlineData(true, "force_generic_plan")]
    public async Task The_search_for_expired_jobs_reads_the_running_ones(bool analysed, string mode) =>
        await AssertAsync(analysed, mode, Statements.Claims.Expired, "NULL, 3600000000, 0, 1000", atMost: 21_000);

    [Theory]
    [InlineData(false, "force_custom_plan")]
    [InlineData(false, "force_generic_plan")]
    [InlineData(true, "force_custom_plan")]
    [InlineData(true, "force_generic_plan")]
    public async Task The_search_for_orphans_reads_the_running_ones(bool analysed, string mode)
    {
        await AssertAsync(analysed, mode, Statements.Presence.Orphans, "NULL, true, 0, 1000", atMost: 21_000);
        await AssertAsync(analysed, mode, Statements.Presence.Forget, "NULL, 3600000000", atMost: 21_000);
    }

    [Theory]
    [InlineData(false, "force_custom_plan")]
    [InlineData(false, "force_generic_plan")]
    [InlineData(true, "force_custom_plan")]
    [InlineData(true, "force_generic_plan")]
    public async Task Pruning_reads_the_stretch_that_it_looks_at(bool analysed, string mode)
    {
        const string Stretch = "NULL, 'leader', '2026-01-01Z', 'completed', 0, NULL, 4000";
        await AssertAsync(analysed, mode, Statements.Upkeep.PruneJobs, $"{Stretch}, 1000, '{{}}', '{{}}', '{{}}', '{{}}', true", atMost: 4_000 + 3_000);

        // 700,000 rows lie behind those that are kept; none of them is looked at.
        await AssertAsync(analysed, mode, Statements.Upkeep.PruneJobs, $"{Stretch}, 1000, '{{kind_3}}', '{{kind_3,kind_4}}', '{{none}}', '{{none,deep}}', false", atMost: 2 * 4_000 + 3_000);
    }

    [Theory]
    [InlineData(false, "force_custom_plan")]
    [InlineData(false, "force_generic_plan")]
    [InlineData(true, "force_custom_plan")]
    [InlineData(true, "force_generic_plan")]
    public async Task A_retry_reads_its_job_and_the_one_that_holds_its_key(bool analysed, string mode) =>
        await AssertAsync(analysed, mode, Statements.Jobs.Retry, "NULL, 500000", atMost: 4);

    [Theory]
    [InlineData(false, "force_custom_plan")]
    [InlineData(false, "force_generic_plan")]
    [InlineData(true, "force_custom_plan")]
    [InlineData(true, "force_generic_plan")]
    public async Task What_is_recorded_in_the_middle_of_an_attempt_reads_its_row_by_its_number(bool analysed, string mode)
    {
        // Once with the fence of a running attempt, once with another, whose row is then looked at once more, and once without a row.
        foreach (var (id, attempt) in new[] { (500_093, 1), (500_093, 2), (2_000_000, 1) })
        {
            var plan = await AssertAsync(analysed, mode, Statements.Claims.Record, $$"""{{id}}, {{attempt}}, '2026-01-01Z', '{"output":1}'""", atMost: 4);
            Assert.All(plan.ScansOf("river_job"), scan => Assert.EndsWith(" by river_job_pkey", scan, StringComparison.Ordinal));
        }
    }

    // Lists aren't prepared: their plans know the values.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_of_a_list_reads_little_more_than_it_holds(bool analysed)
    {
        var middle = new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var descending in new[] { false, true })
        {
            await AssertListAsync(analysed, new JobFilter { Descending = descending }, 100);
            await AssertListAsync(analysed, new JobFilter { Descending = descending, After = new JobCursor(OrderColumn.Id, descending, 500_000, default) }, 100);
            await AssertListAsync(analysed, new JobFilter { Descending = descending, OrderBy = JobOrder.FinalizedAt }, 3 * 200);
            await AssertListAsync(analysed, new JobFilter { Descending = descending, OrderBy = JobOrder.Time, States = JobStates.Completed, After = new JobCursor(OrderColumn.FinalizedAt, descending, 500_000, await MiddleAsync(analysed)) }, 200);
            await AssertListAsync(
                analysed, new JobFilter { Descending = descending, OrderBy = JobOrder.ScheduledAt, States = JobStates.Available | JobStates.Scheduled, Queues = ["deep"], After = new JobCursor(OrderColumn.ScheduledAt, descending, 500_000, descending ? middle : default) }, 8 * 101);
            await AssertListAsync(analysed, new JobFilter { Descending = descending, Ids = [1, 500_000, 2_000_000] }, 3);
        }
    }

    private async Task AssertListAsync(bool analysed, JobFilter filter, int atMost)
    {
        var order = JobOrdering.Of(filter);
        var arguments = string.Join(", ",
            filter.Ids is { } ids ? $"'{{{string.Join(',', ids)}}}'" : "NULL", "NULL", filter.Queues is { } queues ? $"'{{{string.Join(',', queues)}}}'" : "NULL", "NULL", "NULL", "NULL", "NULL", "0",
            $"'{{{string.Join(',', Enum.GetValues<JobState>().Where(state => order.States.HasFlag((JobStates)(1 << (int)state))).Select(JobRowReader.NameOf))}}}'",
            order.After is { } cursor ? $"'{cursor.At.UtcDateTime:O}', {cursor.Id}" : "NULL, NULL",
            "100");
        const string Types = "(bigint[], text[], text[], smallint[], text[], text[], jsonb, bigint, text[], timestamptz, bigint, integer)";
        await AssertAsync(analysed, "force_custom_plan", Statements.Filters.List(filter, order), arguments, atMost, Types);
    }

    private async Task<DateTimeOffset> MiddleAsync(bool analysed)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(analysed ? await rows.AnalysedAsync() : await rows.RawAsync()) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT finalized_at FROM river_job WHERE id = 500000", connection);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    private async Task<Plan> AssertAsync(bool analysed, string mode, string statement, string arguments, int atMost, string types = "")
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(analysed ? await rows.AnalysedAsync() : await rows.RawAsync()) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        // The shape alone keeps the table from being read, the store's settings also a queue's whole backlog.
        AssertNoScan(await Plan.OfAsync(connection, $"{SessionSettings.Reset}; SET plan_cache_mode = {mode}", statement, arguments, types));
        var plan = await Plan.OfAsync(connection, $"{SessionSettings.ForSession(TimeSpan.FromSeconds(60), flushes: true)}; SET plan_cache_mode = {mode}", statement, arguments, types);
        AssertNoScan(plan);
        Assert.True(plan.RowsRead("river_job") <= atMost, $"{plan.RowsRead("river_job")} rows read, at most {atMost} expected: {plan}");
        return plan;
    }

    private void AssertNoScan(Plan plan)
    {
        var scans = plan.ScansOf("river_job").Distinct().Order().ToArray();
        output.WriteLine($"{plan.Took.TotalMilliseconds:0} ms, {plan.RowsRead("river_job")} rows: {string.Join(", ", scans)}");
        Assert.NotEmpty(scans);
        Assert.All(scans, scan => Assert.False(scan.StartsWith("Seq Scan", StringComparison.Ordinal), plan.ToString()));

        // Or they would plan otherwise where the indexes are lean.
        Assert.All(scans, scan => Assert.False(scan.EndsWith("river_job_args_index", StringComparison.Ordinal) || scan.EndsWith("river_job_metadata_index", StringComparison.Ordinal), plan.ToString()));
    }

    private static string Cursors(int queues) => string.Join(", ", Enumerable.Repeat(Array(queues, _ => "NULL"), 3));

    private static string Names(int queues) => queues == 1 ? "'{deep}'" : Array(queues, i => $"queue_{i}");

    private static string Array(int count, Func<int, string> element) => $"'{{{string.Join(',', Enumerable.Range(0, count).Select(element))}}}'";
}
