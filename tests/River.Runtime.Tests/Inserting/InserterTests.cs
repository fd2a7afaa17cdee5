using System.Text;
using System.Text.Json.Nodes;
using River.Inserting;
using River.Registration;
using River.Storage;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Inserting;

public sealed class InserterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RiverOptions _options = new() { MaxAttempts = 7 };
    private readonly Inserter _inserter;

    public InserterTests() =>
        _inserter = new Inserter(new DeclaredQueues(TestManifests.Registry(TestManifests.Contracts())), () => _options, _time);

    // river-facts 11.3 topic 1
    [Fact]
    public void Without_options_the_declaration_counts_and_then_the_client()
    {
        var mail = Prepare(new SendMail(1));
        var cleanup = Prepare(new Cleanup(1));

        Assert.Equal(("send_mail", "mail", 7, 1, JobState.Available), (mail.Kind, mail.Queue, mail.MaxAttempts, mail.Priority, mail.State));
        Assert.Equal(("cleanup", "default", 5, 3, JobState.Available), (cleanup.Kind, cleanup.Queue, cleanup.MaxAttempts, cleanup.Priority, cleanup.State));
        Assert.Equal(["declared"], cleanup.Tags);
        Assert.Empty(mail.Tags);
        Assert.Null(mail.Metadata);
        Assert.Null(mail.UniqueKey);
        Assert.Equal(JobStates.None, mail.UniqueStates);
        Assert.Equal((null, TimeSpan.Zero), (mail.ScheduledAt, mail.Delay));
        Assert.Equal("""{"flux_id":1,"in_kubernetes":false}""", Encoding.UTF8.GetString(cleanup.Args));
    }

    // river-facts 11.3 topic 1
    [Fact]
    public void What_the_call_says_goes_before_the_declaration()
    {
        var row = Prepare(new Cleanup(1), new EnqueueOptions { Queue = "mail", MaxAttempts = 2, Priority = 4, Tags = ["from_call"], Metadata = new JsonObject { ["who"] = "ö" } });

        Assert.Equal(("mail", 2, 4), (row.Queue, row.MaxAttempts, row.Priority));
        Assert.Equal(["from_call"], row.Tags);
        Assert.Equal("""{"who":"ö"}""", Encoding.UTF8.GetString(row.Metadata!));
    }

    // river-facts 11.3 topic 1
    [Fact]
    public void An_empty_list_clears_the_declared_tags_and_empty_metadata_is_none()
    {
        var row = Prepare(new Cleanup(1), new EnqueueOptions { Tags = [], Metadata = [] });

        Assert.Empty(row.Tags);
        Assert.Null(row.Metadata);
    }

    // river-facts 11.3 topic 3
    [Fact]
    public void A_time_makes_a_job_scheduled_also_in_the_past_and_no_delay_makes_none()
    {
        var past = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.FromHours(2));

        var scheduled = Prepare(new SendMail(1), new EnqueueOptions { ScheduledAt = past });
        var delayed = Prepare(new SendMail(1), new EnqueueOptions { Delay = TimeSpan.FromTicks(1) });
        var atOnce = Prepare(new SendMail(1), new EnqueueOptions { Delay = TimeSpan.Zero });

        Assert.Equal((JobState.Scheduled, past), (scheduled.State, scheduled.ScheduledAt));
        Assert.Equal(TimeSpan.Zero, scheduled.ScheduledAt!.Value.Offset);
        Assert.Equal((JobState.Scheduled, TimeSpan.FromTicks(1)), (delayed.State, delayed.Delay));
        Assert.Equal(JobState.Available, atOnce.State);
    }

    // river-facts 11.3 topic 3
    [Fact]
    public void Pending_wins_over_scheduled_and_keeps_the_time()
    {
        var row = Prepare(new SendMail(1), new EnqueueOptions { Pending = true, Delay = TimeSpan.FromHours(1) });

        Assert.Equal((JobState.Pending, TimeSpan.FromHours(1)), (row.State, row.Delay));
        Assert.Equal(JobState.Pending, Prepare(new SendMail(1), new EnqueueOptions { Pending = true }).State);
    }

    [Fact]
    public void A_declared_uniqueness_makes_a_key_and_the_call_may_say_it_differently()
    {
        var first = Prepare(new Charge("a", "1"));
        var sameMember = Prepare(new Charge("a", "2"));
        var otherMember = Prepare(new Charge("b", "1"));
        var byQueue = Prepare(new Charge("a", "1"), new EnqueueOptions { Unique = new UniqueOptions { Queue = true, States = JobStates.Incomplete } });

        Assert.Equal(32, first.UniqueKey!.Length);
        Assert.Equal(JobStates.Default, first.UniqueStates);
        Assert.Equal(first.UniqueKey, sameMember.UniqueKey);
        Assert.NotEqual(first.UniqueKey, otherMember.UniqueKey);
        Assert.NotEqual(first.UniqueKey, byQueue.UniqueKey);
        Assert.Equal(JobStates.Incomplete, byQueue.UniqueStates);
        Assert.Equal(JobStates.Incomplete, Prepare(new Reconcile()).UniqueStates);
    }

    [Fact]
    public void A_unique_period_counts_from_the_clients_clock_also_for_a_scheduled_job()
    {
        var options = new EnqueueOptions { Unique = new UniqueOptions { Period = TimeSpan.FromHours(1) }, ScheduledAt = _time.GetUtcNow().AddDays(3) };
        var now = Prepare(new SendMail(1), options);
        _time.Advance(TimeSpan.FromMinutes(59));
        var sameHour = Prepare(new SendMail(2), options);
        _time.Advance(TimeSpan.FromMinutes(1));
        var nextHour = Prepare(new SendMail(1), options);

        Assert.Equal(now.UniqueKey, sameHour.UniqueKey);
        Assert.NotEqual(now.UniqueKey, nextHour.UniqueKey);
    }

    [Theory]
    [InlineData("mial", "mail")]
    [InlineData("tenent_7", "tenant_*")]
    [InlineData("zzzzzz", null)]
    public void An_undeclared_queue_is_refused_with_the_nearest_name(string queue, string? nearest)
    {
        var error = Assert.Throws<UnknownQueueException>(() => Prepare(new SendMail(1), new EnqueueOptions { Queue = queue }));

        Assert.Equal((queue, nearest), (error.Queue, error.Nearest));
    }

    [Theory]
    [InlineData("tenant_7")]
    [InlineData("elsewhere")]
    public void Queues_of_a_family_and_queues_worked_elsewhere_are_declared(string queue) =>
        Assert.Equal(queue, Prepare(new SendMail(1), new EnqueueOptions { Queue = queue }).Queue);

    [Fact]
    public void Undeclared_queues_can_be_allowed_but_not_malformed_ones()
    {
        _options.AllowUndeclaredQueues = true;

        Assert.Equal("mial", Prepare(new SendMail(1), new EnqueueOptions { Queue = "mial" }).Queue);
        Assert.Equal("Queue", Assert.Throws<InvalidJobException>(() => Prepare(new SendMail(1), new EnqueueOptions { Queue = "Mail" })).Member);
    }

    public static TheoryData<string, EnqueueOptions> Refused => new()
    {
        { "Queue", new EnqueueOptions { Queue = "no spaces" } },
        { "Queue", new EnqueueOptions { Queue = "tenant_" } },
        { "Queue", new EnqueueOptions { Queue = "tenant_*" } },
        { "Queue", new EnqueueOptions { Queue = "" } },
        { "Queue", new EnqueueOptions { Queue = new string('q', 65) } },
        { "Priority", new EnqueueOptions { Priority = 0 } },
        { "Priority", new EnqueueOptions { Priority = 5 } },
        { "MaxAttempts", new EnqueueOptions { MaxAttempts = 0 } },
        { "MaxAttempts", new EnqueueOptions { MaxAttempts = 32_768 } },
        { "Tags", new EnqueueOptions { Tags = ["fine", "a,b"] } },
        { "Tags", new EnqueueOptions { Tags = ["ab"] } },
        { "Tags", new EnqueueOptions { Tags = [new string('x', 256)] } },
        { "Tags", new EnqueueOptions { Tags = [null!] } },
        { "Delay", new EnqueueOptions { Delay = TimeSpan.FromTicks(-1) } },
        { "Delay", new EnqueueOptions { Delay = TimeSpan.MaxValue } },
        { "Delay", new EnqueueOptions { Delay = TimeSpan.FromSeconds(1), ScheduledAt = DateTimeOffset.UnixEpoch } },
        { "ScheduledAt", new EnqueueOptions { ScheduledAt = default(DateTimeOffset) } },
        { "ScheduledAt", new EnqueueOptions { ScheduledAt = DateTimeOffset.MaxValue } },
        { "Metadata.river:log", new EnqueueOptions { Metadata = new JsonObject { ["river:log"] = 1 } } },
        { "Metadata.a.b", new EnqueueOptions { Metadata = new JsonObject { ["a"] = new JsonObject { ["b"] = "\0" } } } },
        { "Metadata.a", new EnqueueOptions { Metadata = new JsonObject { ["a"] = double.NaN } } },
        { "Unique.Period", new EnqueueOptions { Unique = new UniqueOptions { Period = TimeSpan.FromMilliseconds(999) } } },
        { "Unique.ExcludeKind", new EnqueueOptions { Unique = new UniqueOptions { ExcludeKind = true } } },
        { "Unique.States", new EnqueueOptions { Unique = new UniqueOptions { States = JobStates.Available } } },
        { "Unique.States", new EnqueueOptions { Unique = new UniqueOptions { States = (JobStates)256 | JobStates.Default } } },
    };

    // river-facts 11.3 topic 2
    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void An_option_out_of_range_is_refused_by_name(string member, EnqueueOptions options)
    {
        var error = Assert.Throws<InvalidJobException>(() => Prepare(new SendMail(1), options));

        Assert.Equal((member, "send_mail"), (error.Member, error.Kind));
        Assert.StartsWith($"Job 'send_mail' can't be enqueued: {member} ", error.Message, StringComparison.Ordinal);
    }

    // river-facts 11.3 topic 2
    [Fact]
    public void The_limits_themselves_are_allowed()
    {
        _options.AllowUndeclaredQueues = true;

        var row = Prepare(new SendMail(1), new EnqueueOptions { Queue = new string('q', 64), Priority = 4, MaxAttempts = 32_767, Tags = ["abc", new string('x', 255)], Unique = new UniqueOptions { Period = TimeSpan.FromSeconds(1), States = (JobStates)255 } });

        Assert.Equal((64, 4, 32_767, (JobStates)255), (row.Queue.Length, row.Priority, row.MaxAttempts, row.UniqueStates));
    }

    [Fact]
    public void A_missing_state_is_named() =>
        Assert.Contains(
            "lacks Pending, Running;",
            Assert.Throws<InvalidJobException>(() => JobChecks.Unique("k1", new UniqueOptions { States = JobStates.Available | JobStates.Scheduled })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_follow_up_keeps_what_was_read_when_it_was_asked_for()
    {
        var tags = new List<string> { "first" };
        var request = JobRequest.For(new SendMail(1), new EnqueueOptions { Tags = tags });

        _inserter.PrepareFollowUp(request);
        tags[0] = "later";

        Assert.Equal(["first"], _inserter.Prepare(request).Tags);
        Assert.Same(_inserter.Prepare(request), _inserter.Prepare(request));
    }

    [Fact]
    public void A_slot_of_a_schedule_is_available_at_its_time_with_Rivers_metadata()
    {
        var slot = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.FromHours(1));

        var row = _inserter.PreparePeriodic(JobRequest.For(new Reconcile()), "nightly", slot);

        Assert.Equal((JobState.Available, slot.ToUniversalTime()), (row.State, row.ScheduledAt));
        Assert.Equal(TimeSpan.Zero, row.ScheduledAt!.Value.Offset);
        Assert.Equal("""{"periodic":true,"river:periodic_job_id":"nightly"}""", Encoding.UTF8.GetString(row.Metadata!));
    }

    private JobInsert Prepare<TArgs>(TArgs args, EnqueueOptions? options = null)
        where TArgs : IJobArgs<TArgs> => _inserter.Prepare(JobRequest.For(args, options));
}
