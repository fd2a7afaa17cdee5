using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class ContractBreakTests() : RuleTest("RIVER027")
{
    [Theory]
    [InlineData("string [|FluxId|]", "int64", "'int64'", "'string'")]
    [InlineData("int [|FluxId|]", "int64", "'int64'", "'int32'")]
    [InlineData("long [|FluxId|]", "int64?", "'int64?'", "may no longer be null")]
    [InlineData("long [|FluxId|]", "int64 = 5", "'int64 = 5'", "lost its default")]
    [InlineData("List<long> [|FluxId|]", "int64", "'int64'", "'int64[]'")]
    [InlineData("Dictionary<string, int> [|FluxId|]", "int32[]", "'int32[]'", "'int32{}'")]
    [InlineData("Mode [|FluxId|]", "enum(dry|force|forget)", "'enum(dry|force|forget)'", "lost the enum member 'forget'")]
    [InlineData("List<Mode> [|FluxId|]", "enum(dry|gone)[]", "lost the enum member 'gone'", "contract")]
    public Task An_argument_of_another_shape_is_an_error_that_names_the_old_and_the_new(string parameter, string shipped, string old, string now) => SaysAsync(
        Job($"public sealed partial record Cleanup({parameter}); public enum Mode {{ Dry, Force }}", $"cleanup arg flux_id {shipped}"),
        "cleanup", "flux_id", old, now);

    [Theory]
    [InlineData("long? FluxId", "int64")]
    [InlineData("long FluxId = 7", "int64 = 7")]
    [InlineData("Mode FluxId", "enum(force|dry)")]
    [InlineData("Guid FluxId", "guid")]
    [InlineData("string[] FluxId", "string[]")]
    [InlineData("List<string?> FluxId", "string?[]")]
    [InlineData("string FluxId = \"a b\"", "string = \"a\\u0020b\"")]
    public Task What_still_reads_the_rows_breaks_nothing(string parameter, string shipped) => IsSilentAboutBreaksAsync(
        Job($"public sealed partial record Cleanup({parameter}); public enum Mode {{ Dry, Force }}", $"cleanup arg flux_id {shipped}"));

    [Fact]
    public Task An_argument_that_is_gone_is_told_of_with_its_likely_new_name() => SaysAsync(
        Job("public sealed partial record [|Cleanup|](long FlowId = 0);", "cleanup arg flux_id int64", "cleanup arg flow_id int64 = 0"),
        "'flux_id' of type 'int64' is gone");

    [Fact]
    public Task A_renamed_argument_is_both_gone_and_new() => ReportsAsync(
        Job("public sealed partial record [|Cleanup|](long [|FlowId|]);", "cleanup arg flux_id int64"));

    [Fact]
    public Task A_renamed_argument_that_keeps_its_stored_name_breaks_nothing() => IsSilentAboutBreaksAsync(
        Job("public sealed partial record Cleanup([property: System.Text.Json.Serialization.JsonPropertyName(\"flux_id\")] long FlowId);", "cleanup arg flux_id int64"));

    [Fact]
    public Task A_nested_member_that_is_gone_is_told_of_by_its_path() => SaysAsync(
        Job("public sealed partial record [|Cleanup|](List<Target> Targets); public sealed record Target(string Zone);", "cleanup arg targets[].region string?", "cleanup arg targets[].zone string"),
        "targets[].region");

    [Fact]
    public Task A_new_member_of_a_type_beside_the_job_is_told_of_at_the_jobs_member_that_holds_it() => SaysAsync(
        Job("public sealed partial record Cleanup(List<Target> [|Targets|]); public sealed record Target(string? Region, string Zone);", "cleanup arg targets[].region string?"),
        "'targets[].zone' of type 'string' is new and required");

    [Fact]
    public Task A_list_that_becomes_one_is_told_of_once() => SaysAsync(
        Job("public sealed partial record Cleanup(Target [|Targets|]); public sealed record Target(string? Region);", "cleanup arg targets[].region string?"),
        "'object[]'", "'object'");

    [Fact]
    public Task A_new_argument_with_a_default_or_of_a_new_job_breaks_nothing() => IsSilentAboutBreaksAsync(Code.Of(
        """
        [assembly: Queue("default")]
        [Job] public sealed partial record Cleanup(long FluxId, string? Why = null) { public int More { get; init; } = 4; }
        [Job] public sealed partial record Other(long Id);
        """).AndText("River.Contracts.txt", "@queue default\ncleanup job\ncleanup arg flux_id int64\n"));

    [Fact]
    public Task A_required_argument_gets_a_default_by_the_fix() => FixesAsync(
        Job("public sealed partial record Cleanup(long FluxId, string? [|Why|]);", "cleanup arg flux_id int64")
            .AndText("River.Contracts.Unshipped.txt", "cleanup arg why string? = null\n"),
        Job("public sealed partial record Cleanup(long FluxId, string? Why = null);", "cleanup arg flux_id int64")
            .AndText("River.Contracts.Unshipped.txt", "cleanup arg why string? = null\n"),
        "default");

    [Theory]
    [InlineData("[Job]", "[Job(KindAliases = [\"cleanup\"])]")]
    [InlineData("[Job(Priority = 2)]", "[Job(Priority = 2, KindAliases = [\"cleanup\"])]")]
    [InlineData("[Job(KindAliases = [\"older\"])]", "[Job(KindAliases = [\"older\", \"cleanup\"])]")]
    [InlineData("[Job(KindAliases = new[] { \"older\" })]", "[Job(KindAliases = new[] { \"older\", \"cleanup\" })]")]
    public Task A_renamed_job_gets_its_old_kind_as_an_alias_by_the_fix(string before, string after)
    {
        const string unshipped = "tidy_up job\ntidy_up alias cleanup\ntidy_up alias older\ntidy_up arg flux_id int64\n";
        var said = before.Contains("older", StringComparison.Ordinal) ? unshipped : unshipped.Replace("tidy_up alias older\n", "", StringComparison.Ordinal);
        var both = Code.Of("[assembly: Queue(\"default\")] " + before + " public sealed partial record [|TidyUp|](long FluxId);")
            .AndText("River.Contracts.txt", "@queue default\ncleanup job\ncleanup arg flux_id int64\n");
        return FixedByAsync("alias", both, "[assembly: Queue(\"default\")] " + after + " public sealed partial record TidyUp(long FluxId);", said);
    }

    [Fact]
    public async Task A_kind_that_nobody_reads_is_told_of_at_its_line()
    {
        var found = Assert.Single(await ReportsAsync(Code.Of("public static class Nothing;").AndText("River.Contracts.txt", "[|send_fax job|]\nsend_fax arg pages int32\n")));

        Assert.Contains("send_fax retired <date>", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send_fax retired 2026-11-01")]
    [InlineData("send_fax moved MyApp.Billing")]
    public Task What_has_been_taken_back_may_be_gone(string line) => ReportsAsync(
        Code.Of("public static class Nothing;").AndText("River.Contracts.txt", "send_fax job\nsend_fax arg pages int32\n").AndText("River.Contracts.Unshipped.txt", line + "\n"));

    [Fact]
    public Task A_retired_argument_may_be_gone() => ReportsAsync(
        Job("public sealed partial record Cleanup;", "cleanup arg flux_id int64", "cleanup arg flux_id retired 2026-11-01"));

    [Fact]
    public Task A_renamed_job_is_held_to_what_its_alias_stored() => SaysAsync(
        Code.Of("[Job(KindAliases = [\"cleanup\"])] public sealed partial record TidyUp(string [|FluxId|]);")
            .AndText("River.Contracts.txt", "cleanup job\ncleanup arg flux_id int64\ntidy_up job\ntidy_up alias cleanup\ntidy_up arg flux_id string\n"),
        "contract of 'cleanup'", "'int64'");

    [Fact]
    public Task An_alias_that_is_gone_strands_its_rows() => SaysAsync(
        Code.Of("[Job] public sealed partial record [|TidyUp|];").AndText("River.Contracts.txt", "tidy_up job\ntidy_up alias cleanup\n"),
        "cleanup", "alias");

    [Fact]
    public Task A_queue_that_is_gone_is_told_of_at_its_line() => SaysAsync(
        Code.Of("public static class Nothing;").AndText("River.Contracts.txt", "[|@queue cancel_queue|]\n"), "queue 'cancel_queue'");

    [Fact]
    public Task A_schedule_that_is_gone_is_told_of_at_its_job() => SaysAsync(
        Code.Of("[Job, Periodic(\"@daily\", Id = \"daily\")] public sealed partial record [|Reconcile|];")
            .AndText("River.Contracts.txt", "reconcile job\nreconcile periodic daily\nreconcile periodic hourly\n"),
        "schedule 'hourly'");

    [Fact]
    public async Task Another_unique_key_is_a_warning_until_it_is_written_down()
    {
        const string job = "[Job, [|Unique(Args = true, Period = \"1h\")|]] public sealed partial record Cleanup;";
        var found = Assert.Single(await ReportsAsync(Code.Of(job).AndText("River.Contracts.txt", "cleanup job\ncleanup unique args period(60s)\n")));

        Assert.Equal(DiagnosticSeverity.Warning, found.Severity);
        await FixesAsync(
            Code.Of(job).AndText("River.Contracts.txt", "cleanup job\ncleanup unique args period(60s)\n"),
            Code.Of(job.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal)).AndText("River.Contracts.txt", "cleanup job\ncleanup unique args period(60s)\n")
                .AndText("River.Contracts.Unshipped.txt", "# River job contract 1\ncleanup unique args period(3600s)\n"));
    }

    [Theory]
    [InlineData("string FluxId", "flux_id", "cleanup arg flux_id int64")]
    [InlineData("long FlowId", "flux_id\", \"flow_id", "cleanup arg flux_id int64")]
    [InlineData("long FluxId, string Why", "why", "cleanup arg flux_id int64")]
    [InlineData("List<Target> Targets", "targets[].region", "cleanup arg targets[].region string", "cleanup arg targets[].zone string")]
    [InlineData("List<Target> Targets", "targets", "cleanup arg targets[].region string", "cleanup arg targets[].zone string")]
    public Task What_an_upgrade_brings_up_breaks_nothing(string parameters, string paths, params string[] shipped) => IsSilentAboutBreaksAsync(
        Job(Upgrading(parameters, paths) + " public sealed record Target(string Zone);", shipped));

    [Fact]
    public Task An_upgrade_of_one_argument_says_nothing_of_another() => SaysAsync(
        Job(Upgrading("string [|FluxId|], string Zone", "zone"), "cleanup arg flux_id int64", "cleanup arg zone string", "cleanup upgrade zone"), "flux_id", "IArgsUpgrade");

    [Fact]
    public Task A_shipped_upgrade_that_is_gone_strands_the_rows_from_before() => SaysAsync(
        Job("public sealed partial record [|Cleanup|](string FluxId);", "cleanup arg flux_id string", "cleanup upgrade flux_id"), "'flux_id'", "[Upgrades(\"flux_id\")]");

    [Fact]
    public Task A_retired_upgrade_may_be_gone() => IsSilentAboutBreaksAsync(
        Job("public sealed partial record Cleanup(string FluxId);", "cleanup arg flux_id string", "cleanup upgrade flux_id retired 2026-11-01"));

    [Fact]
    public Task A_renamed_argument_is_moved_by_the_fix() => FixedByAsync(
        "upgrade",
        Job("public sealed partial record Cleanup(long FlowId);", "cleanup arg flux_id int64"),
        """
        [Job] public sealed partial record Cleanup(long FlowId) : IArgsUpgrade
        {
            [Upgrades("flux_id", "flow_id")]
            public static void Upgrade(System.Text.Json.Nodes.JsonObject args, JobRow job)
            {
                if (args.TryGetPropertyValue("flux_id", out var old) && args.Remove("flux_id"))
                    args["flow_id"] = old;
            }
        }
        """,
        "cleanup arg flow_id int64\ncleanup upgrade flow_id\ncleanup upgrade flux_id\n");

    [Fact]
    public Task A_changed_argument_gets_its_place_in_the_upgrade_that_is_there() => FixedByAsync(
        "upgrade",
        Job(Upgrading("string FluxId, string Zone", "zone"), "cleanup arg flux_id int64", "cleanup arg zone string", "cleanup upgrade zone"),
        """
        [Job] public sealed partial record Cleanup(string FluxId, string Zone) : IArgsUpgrade
        {
            [Upgrades("zone", "flux_id")]
            public static void Upgrade(System.Text.Json.Nodes.JsonObject args, JobRow job)
            {
                throw new NotImplementedException("Bring 'flux_id' up to its new shape here, and leave arguments alone that have it.");
            }
        }
        """,
        "cleanup arg flux_id string\ncleanup upgrade flux_id\n");

    [Fact]
    public Task An_upgrade_in_another_part_of_the_job_is_the_one_that_grows() => FixedByAsync(
        "upgrade",
        Job("public sealed partial record Cleanup(string FluxId, string Zone);\n" + Upgrading("", "zone").Replace("()", "", StringComparison.Ordinal), "cleanup arg flux_id int64", "cleanup arg zone string", "cleanup upgrade zone"),
        """
        [Job] public sealed partial record Cleanup(string FluxId, string Zone);
        public sealed partial record Cleanup : IArgsUpgrade
        {
            [Upgrades("zone", "flux_id")]
            public static void Upgrade(System.Text.Json.Nodes.JsonObject args, JobRow job)
            {
                throw new NotImplementedException("Bring 'flux_id' up to its new shape here, and leave arguments alone that have it.");
            }
        }
        """,
        "cleanup arg flux_id string\ncleanup upgrade flux_id\n");

    [Fact]
    public async Task A_changed_argument_of_a_type_inside_the_job_is_offered_the_jobs_upgrade() => Assert.Contains(
        "Bring 'target.region' up by an args upgrade of Cleanup",
        await OffersAsync(Job("public sealed partial record Cleanup(Cleanup.Place Target) { public sealed record Place(string Region); }", "cleanup arg target.region int32")));

    [Theory]
    [InlineData("public sealed partial record Cleanup(string [|FluxId|], bool Upgrade);", "upgrade")]
    [InlineData("public sealed partial record Cleanup(string FluxId, params string[]? [|Names|]);", "default")]
    public async Task A_fix_that_would_not_compile_is_not_offered(string job, string key)
    {
        var code = Job(job, "cleanup arg flux_id " + (key == "upgrade" ? "int64" : "string"), "cleanup arg upgrade bool").AndText("River.Contracts.Unshipped.txt", "cleanup arg upgrade retired 2026-11-01\n").Configured("dotnet_diagnostic.RIVER028.severity = none");
        Assert.DoesNotContain(await OffersAsync(code), title => title.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public Task A_required_argument_of_a_type_beside_the_job_gets_a_default_by_the_fix() => FixesAsync(
        Job("public sealed partial record Cleanup(long FluxId, Place [|Target|]); public sealed record Place(string Region, int? Zone);", "cleanup arg flux_id int64", "cleanup arg target.region string")
            .AndText("River.Contracts.Unshipped.txt", "cleanup arg target.zone int32? = null\n"),
        Job("public sealed partial record Cleanup(long FluxId, Place Target); public sealed record Place(string Region, int? Zone = null);", "cleanup arg flux_id int64", "cleanup arg target.region string")
            .AndText("River.Contracts.Unshipped.txt", "cleanup arg target.zone int32? = null\n"),
        "default");

    [Fact]
    public async Task A_required_argument_in_another_file_offers_no_default_for_the_member_that_holds_it()
    {
        var offers = await OffersAsync(
            Job("public sealed partial record Cleanup(long FluxId, Place? Target);", "cleanup arg flux_id int64", "cleanup arg target object?", "cleanup arg target.region string")
                .And("Place.cs", "public sealed record Place(string Region, int? Zone);"));

        Assert.Equal(["Bring 'target.zone' up by an args upgrade of Cleanup"], offers);
    }

    [Fact]
    public async Task A_changed_argument_of_a_type_that_jobs_share_is_told_of_at_each_and_offered_under_its_name()
    {
        var code = Code.Of("[Job] public sealed partial record Cleanup(Place [|Target|]); [Job] public sealed partial record Tidy(Place [|Target|]); public sealed record Place(string Region);")
            .AndText("River.Contracts.txt", "cleanup job\ncleanup arg target.region int32\ntidy job\ntidy arg target.region int32\n");
        await ReportsAsync(code);
        var project = await UserProject.OpenAsync(code, Token);
        var document = Assert.Single(project.Documents, one => one.Name == "Code.cs");
        var titles = new List<string>();
        foreach (var fault in (await Analysis.InEditorAsync(document, Token)).Where(one => one.Id == Rule).OrderBy(one => one.Location.SourceSpan.Start))
        {
            foreach (var fix in Parts.Fixes.Where(one => one.FixableDiagnosticIds.Contains(Rule)))
                await fix.RegisterCodeFixesAsync(new Microsoft.CodeAnalysis.CodeFixes.CodeFixContext(document, fault, (action, _) => titles.Add(action.Title), Token));
        }

        Assert.Equal(["Bring 'target.region' up by an args upgrade of Cleanup", "Bring 'target.region' up by an args upgrade of Tidy"], titles);
    }

    [Fact]
    public Task Two_renamed_jobs_get_their_aliases_at_once() => FixesAsync(
        Renamed("[Job] public sealed partial record [|TidyUp|](long FluxId);\n[Job] public sealed partial record [|MailIt|](Guid OrderId);"),
        Renamed("[Job(KindAliases = [\"cleanup\"])] public sealed partial record TidyUp(long FluxId);\n[Job(KindAliases = [\"send\"])] public sealed partial record MailIt(Guid OrderId);"),
        "alias");

    [Theory]
    [InlineData("[Job]", "[Job(KindAliases = [\"clean\", \"older\"])]")]
    [InlineData("[Job(Priority = 2)]", "[Job(Priority = 2, KindAliases = [\"clean\", \"older\"])]")]
    [InlineData("[Job(KindAliases = [\"oldest\"])]", "[Job(KindAliases = [\"oldest\", \"clean\", \"older\"])]")]
    public Task Two_aliases_of_one_job_come_back_into_one_list(string before, string after)
    {
        return FixesAsync(Of(before, "[|[|TidyUp|]|]"), Of(after, "TidyUp"), "alias");

        static Code Of(string attribute, string name) => Code.Of($"{attribute} public sealed partial record {name}(long FluxId);")
            .AndText("River.Contracts.txt", "tidy_up job\ntidy_up alias clean\ntidy_up alias older\ntidy_up arg flux_id int64\n")
            .Configured("dotnet_diagnostic.RIVER028.severity = none");
    }

    [Fact]
    public async Task A_fix_of_many_places_compiles_about_as_often_as_one_of_a_single_place()
    {
        var jobs = Enumerable.Range(0, 16).Select(i => $"Job{(char)('A' + i)}").ToArray();
        var counter = new CompilationCounter();
        var project = (await UserProject.OpenAsync(
            Code.Of(string.Concat(jobs.Select(job => $"[Job] public sealed partial record {job}(long Id, string? Why);\n")))
                .AndText("River.Contracts.txt", string.Concat(jobs.Select(job => $"job_{char.ToLowerInvariant(job[3])} job\njob_{char.ToLowerInvariant(job[3])} arg id int64\n")))
                .Configured("dotnet_diagnostic.RIVER028.severity = none"),
            Token)).AddAnalyzerReference(counter);

        var text = (await (await FixAllAsync(project, "default")).Documents.Single(one => one.Name == "Code.cs").GetTextAsync(Token)).ToString();

        Assert.All(jobs, job => Assert.Contains($"record {job}(long Id, string? Why = null);", text, StringComparison.Ordinal));
        Assert.InRange(counter.Count, 1, 8);
    }

    [Fact]
    public async Task A_fix_of_many_places_leaves_those_out_that_would_not_compile()
    {
        var code = Code.Of("[Job] public sealed partial record Cleanup(long Id, string? Why);\n[Job] public sealed partial record Tidy(long Id, params string[]? Names);\n[Job] public sealed partial record Wipe(long Id, string? Why);\n")
            .AndText("River.Contracts.txt", "cleanup job\ncleanup arg id int64\ntidy job\ntidy arg id int64\nwipe job\nwipe arg id int64\n")
            .Configured("dotnet_diagnostic.RIVER028.severity = none");

        var text = (await (await FixAllAsync(await UserProject.OpenAsync(code, Token), "default")).Documents.Single(one => one.Name == "Code.cs").GetTextAsync(Token)).ToString();

        Assert.Contains("Cleanup(long Id, string? Why = null);", text, StringComparison.Ordinal);
        Assert.Contains("Tidy(long Id, params string[]? Names);", text, StringComparison.Ordinal);
        Assert.Contains("Wipe(long Id, string? Why = null);", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_that_a_project_takes_for_an_error_keeps_no_fix_away() => Assert.Contains(
        await OffersAsync(
            Job(Upgrading("string FluxId, string Zone", "zone").Replace("{\n    }", "{\n        args.Remove(\"zone\");\n    }", StringComparison.Ordinal), "cleanup arg flux_id int64", "cleanup arg zone string", "cleanup upgrade zone")
                .Configured("dotnet_diagnostic.CS0162.severity = error\ndotnet_diagnostic.RIVER028.severity = none")),
        title => title.StartsWith("Bring 'flux_id' up", StringComparison.Ordinal));

    [Fact]
    public async Task A_default_is_not_given_to_the_holder_where_the_member_was_seen_in_an_earlier_state_of_the_file()
    {
        var code = Job("public sealed partial record Cleanup(long FluxId, Place? Target); public sealed record Place(string Region, int? Zone);", "cleanup arg flux_id int64", "cleanup arg target object?", "cleanup arg target.region string");
        var earlier = (await UserProject.OpenAsync(code, Token)).Documents.Single(one => one.Name == "Code.cs");
        var now = (await UserProject.OpenAsync(code, Token)).Documents.Single(one => one.Name == "Code.cs");
        var fault = (await Analysis.InEditorAsync(earlier, Token)).First(one => one.Id == Rule && one.AdditionalLocations.Count > 0);
        var keys = new List<string?>();
        foreach (var fix in Parts.Fixes.Where(one => one.FixableDiagnosticIds.Contains(Rule)))
            await fix.RegisterCodeFixesAsync(new Microsoft.CodeAnalysis.CodeFixes.CodeFixContext(now, fault, (action, _) => keys.Add(action.EquivalenceKey), Token));

        Assert.Equal(["upgrade"], keys);
    }

    [Fact]
    public Task Two_changed_arguments_get_their_places_in_one_upgrade_at_once() => FixesAsync(
        Job("public sealed partial record Cleanup(string [|FluxId|], string [|Zone|]);\n", "cleanup arg flux_id int64", "cleanup arg zone int32").AndText("River.Contracts.Unshipped.txt", UpgradedLines),
        Job(
            """
            public sealed partial record Cleanup(string FluxId, string Zone) : IArgsUpgrade
            {
                [Upgrades("flux_id", "zone")]
                public static void Upgrade(System.Text.Json.Nodes.JsonObject args, JobRow job)
                {
                    throw new NotImplementedException("Bring 'zone' up to its new shape here, and leave arguments alone that have it.");
                    throw new NotImplementedException("Bring 'flux_id' up to its new shape here, and leave arguments alone that have it.");
                }
            }

            """,
            "cleanup arg flux_id int64", "cleanup arg zone int32").AndText("River.Contracts.Unshipped.txt", "cleanup arg flux_id string\ncleanup arg zone string\ncleanup upgrade flux_id\ncleanup upgrade zone\n"),
        "upgrade");

    [Fact]
    public Task Words_of_newer_versions_are_left_alone() => ReportsAsync(
        Job("public sealed partial record Cleanup;", "cleanup frobnicate 3 4"));

    [Fact]
    public Task Facts_of_another_assemblys_jobs_are_that_assemblys() => ReportsAsync(
        Code.Of("[Periodic(\"@daily\")] public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask; }")
            .Referencing(Code.Of("[Job] public sealed partial record Ping;").Named("Contracts"))
            .AndText("River.Contracts.txt", "ping periodic ping\n"));

    // Before the fix they are ahead of the code.
    private const string UpgradedLines = "cleanup arg flux_id string\ncleanup arg zone string\n{|RIVER028:cleanup upgrade flux_id|}\n{|RIVER028:cleanup upgrade zone|}\n";

    private static Code Renamed(string jobs) => Code.Of(jobs)
        .AndText("River.Contracts.txt", "cleanup job\ncleanup arg flux_id int64\nsend job\nsend arg order_id guid\n")
        .Configured("dotnet_diagnostic.RIVER028.severity = none");

    private static string Upgrading(string parameters, string paths) =>
        $$"""
        public sealed partial record Cleanup({{parameters}}) : IArgsUpgrade
        {
            [Upgrades("{{paths}}")]
            public static void Upgrade(System.Text.Json.Nodes.JsonObject args, JobRow job)
            {
            }
        }
        """;

    private static Code Job(string declaration, params string[] lines) => Code.Of("[Job] " + declaration)
        .AndText("River.Contracts.txt", "cleanup job\n" + string.Join('\n', lines) + "\n");

    private async Task FixedByAsync(string key, Code before, string after, string unshipped)
    {
        // Before the fix the lines that it needs are ahead of the code, which isn't this rule's business.
        var project = await UserProject.OpenAsync(before.AndText("River.Contracts.Unshipped.txt", unshipped), Token);
        var document = project.Documents.Single(one => one.Name == "Code.cs");
        var fault = (await Analysis.InEditorAsync(document, Token)).OrderBy(one => one.Location.SourceSpan.Start).First(one => one.Id == Rule);
        var offers = new List<Microsoft.CodeAnalysis.CodeActions.CodeAction>();
        foreach (var fix in Parts.Fixes.Where(one => one.FixableDiagnosticIds.Contains(Rule)))
            await fix.RegisterCodeFixesAsync(new Microsoft.CodeAnalysis.CodeFixes.CodeFixContext(document, fault, (action, _) => offers.Add(action), Token));
        var change = (await Assert.Single(offers, one => one.EquivalenceKey == key).GetOperationsAsync(Token)).OfType<Microsoft.CodeAnalysis.CodeActions.ApplyChangesOperation>().Single();

        Assert.Equal(after, (await change.ChangedSolution.GetDocument(document.Id)!.GetTextAsync(Token)).ToString());
        await ReportsAsync(Code.Of(after).AndText("River.Contracts.txt", before.Texts[0].Markup.Text).AndText("River.Contracts.Unshipped.txt", unshipped));
    }

    private async Task IsSilentAboutBreaksAsync(Code code)
    {
        var project = await UserProject.OpenAsync(code, Token);
        var found = await Analysis.AllAsync(await UserProject.CompileAsync(project, Token), project.AnalyzerOptions, Token);
        Assert.DoesNotContain(found, diagnostic => diagnostic.Id == Rule);
    }

    /// <summary>A generator that counts how often the project is compiled.</summary>
    private sealed class CompilationCounter : Microsoft.CodeAnalysis.Diagnostics.AnalyzerReference, IIncrementalGenerator
    {
        private int _count;
        private ISourceGenerator? _generator;

        public int Count => _count;

        public override string? FullPath => null;

        public override object Id => this;

        public void Initialize(IncrementalGeneratorInitializationContext context) =>
            context.RegisterSourceOutput(context.CompilationProvider, (_, _) => Interlocked.Increment(ref _count));

        public override System.Collections.Immutable.ImmutableArray<ISourceGenerator> GetGenerators(string language) => [_generator ??= this.AsSourceGenerator()];

        public override System.Collections.Immutable.ImmutableArray<ISourceGenerator> GetGeneratorsForAllLanguages() => [_generator ??= this.AsSourceGenerator()];

        public override System.Collections.Immutable.ImmutableArray<Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzer> GetAnalyzers(string language) => [];

        public override System.Collections.Immutable.ImmutableArray<Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzer> GetAnalyzersForAllLanguages() => [];
    }
}
