using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

/// <summary>A job that was interrupted goes on behind the step that its row names, so a worker's steps are part of the contract.</summary>
public sealed class ContractStepBreakTests() : RuleTest("RIVER027")
{
    [Fact]
    public Task A_step_that_is_gone_is_told_of_at_its_worker() => SaysAsync(
        Steps.Worker("await job.StepAsync(\"check\", _ => Task.CompletedTask);", "[|CleanupWorker|]").Shipped("cleanup step check", "cleanup step copy"),
        "contract of 'cleanup'", "step 'copy' was shipped and is gone", "'cleanup step copy retired <date>'");

    [Fact]
    public Task A_job_that_works_itself_is_held_to_its_steps_too() => SaysAsync(
        Code.Of("[Job] public sealed partial record [|Cleanup|] { public Task WorkAsync(Job<Cleanup> job) => job.StepAsync(\"check\", _ => Task.CompletedTask); }")
            .Shipped("cleanup step check", "cleanup step copy"),
        "step 'copy'");

    [Fact]
    public Task A_renamed_job_is_held_to_the_steps_of_its_alias() => SaysAsync(
        Steps.Worker("await job.StepAsync(\"check\", _ => Task.CompletedTask);", "[|CleanupWorker|]", "[Job(KindAliases = [\"tidy\"])]")
            .Shipped("cleanup alias tidy", "cleanup step check", "tidy job", "tidy step check", "tidy step copy"),
        "contract of 'tidy'", "step 'copy'");

    [Fact]
    public Task A_worker_in_another_project_than_its_job_is_held_to_its_own_projects_lines() => SaysAsync(
        Code.Of("public sealed class [|CleanupWorker|] : IWorker<Cleanup> { public Task WorkAsync(Job<Cleanup> job, CancellationToken cancellationToken) => job.StepAsync(\"check\", _ => Task.CompletedTask); }")
            .Referencing(Code.Of("[Job] public sealed partial record Cleanup;").Named("Contracts"))
            .AndText("River.Contracts.txt", "cleanup step check\ncleanup step copy\n"),
        "step 'copy'");

    [Theory]
    [InlineData("await job.StepAsync(\"copy\", _ => Task.CompletedTask);")]
    [InlineData("if (job.Attempt > 1) await NextAsync(job); }\nprivate static async Task NextAsync(Job<Cleanup> job) { const string Copy = \"co\" + \"py\"; await job.StepAsync(step: _ => Task.CompletedTask, name: Copy);")]
    [InlineData("await Elsewhere.CopyAsync(job); } public static class Elsewhere { public static Task CopyAsync(Job<Cleanup> job) => job?.StepAsync(\"copy\", _ => Task.CompletedTask) ?? Task.CompletedTask;")]
    public Task Steps_in_whatever_code_of_the_assembly_are_there(string statements) => ReportsAsync(Steps.Worker(statements).Shipped("cleanup step copy"));

    [Theory]
    [InlineData("for (var page = 0; page < 3; page++) await job.StepAsync($\"page {page}\", _ => Task.CompletedTask);")]
    [InlineData("await RunAsync(job, \"copy\"); }\nprivate static Task RunAsync<T>(Job<T> job, string name) where T : IJobArgs<T> { return job.StepAsync(name, _ => Task.CompletedTask);")]
    public Task Where_only_the_running_program_knows_the_names_none_is_missed(string statements) => ReportsAsync(Steps.Worker(statements).Shipped("cleanup step copy"));

    [Theory]
    [InlineData("Func<string, Func<CancellationToken, Task>, Task> run = job.StepAsync; await run(\"copy\", _ => Task.CompletedTask);")]
    [InlineData("await Shared.Copying.CopyAsync(job);")]
    [InlineData("await Shared.Copying.CopyItAsync(job);")]
    [InlineData("await new Shared.Copier<Cleanup>(job).RunAsync();")]
    public Task A_step_that_went_into_another_project_or_a_delegate_is_not_missed(string statements) =>
        ReportsAsync(Steps.Worker(statements).Referencing(Steps.Library).Shipped("cleanup step copy"));

    [Fact]
    public Task A_step_of_a_base_class_of_another_project_is_not_missed() => ReportsAsync(
        Code.Of("[Job] public sealed partial record Cleanup; public sealed class CleanupWorker : Shared.Base<Cleanup>;").Referencing(Steps.Library).Shipped("cleanup step copy"));

    [Fact]
    public Task A_generic_helper_with_a_name_of_its_own_is_that_step_of_any_job_and_no_other() => SaysAsync(
        Steps.Worker("await RunAsync(job); }\nprivate static async Task RunAsync<T>(Job<T> job) where T : IJobArgs<T> { await job.StepAsync(\"check\", _ => Task.CompletedTask);", "[|CleanupWorker|]")
            .Shipped("cleanup step check", "cleanup step copy"),
        "step 'copy' was shipped and is gone");

    [Theory]
    [InlineData("job.StepAsync(\"cop\")", "CS1501", "CS7036")]
    [InlineData("jo.StepAsync(\"copy\", _ => Task.CompletedTask)", "CS0103")]
    public async Task While_a_step_is_typed_none_is_missed(string call, params string[] errors)
    {
        var project = await UserProject.OpenAsync(Steps.Worker("_ = " + call + ";").Shipped("cleanup step copy"), Token);
        var compilation = await UserProject.CompileAsync(project, Token);
        Assert.Contains(compilation.GetDiagnostics(Token), one => errors.Contains(one.Id));
        Assert.DoesNotContain(await Analysis.AllAsync(compilation, project.AnalyzerOptions, Token), one => one.Id == Rule);
    }

    [Fact]
    public Task A_worker_that_stays_where_its_job_moves_is_held_to_its_steps_and_schedules() => ReportsAsync(
        Code.Of("public sealed class [|CleanupWorker|] : IWorker<Cleanup> { public Task WorkAsync(Job<Cleanup> job, CancellationToken cancellationToken) => job.StepAsync(\"check\", _ => Task.CompletedTask); }")
            .Referencing(Code.Of("[Job] public sealed partial record Cleanup;").Named("Contracts"))
            .AndText("River.Contracts.txt", "cleanup job\ncleanup arg id int64\n[|cleanup periodic daily|]\ncleanup step check\ncleanup step copy\n")
            .AndText("River.Contracts.Unshipped.txt", "cleanup moved Contracts\n"));

    [Fact]
    public Task A_job_that_moves_with_its_worker_takes_all_along() => ReportsAsync(
        Code.Of("public static class Nothing;")
            .AndText("River.Contracts.txt", "cleanup job\ncleanup arg id int64\ncleanup periodic daily\ncleanup step copy\n")
            .AndText("River.Contracts.Unshipped.txt", "cleanup moved Contracts\n"));

    [Fact]
    public void What_is_shipped_of_a_job_that_moved_is_its_end_and_what_its_worker_has() => Assert.Equal(
        ["cleanup periodic daily", "cleanup step copy", "cleanup moved Contracts"],
        River.Shapes.Contracts.ContractText.Ship(["cleanup arg id int64", "cleanup job", "cleanup periodic daily", "cleanup step copy"], ["cleanup moved Contracts"]));

    [Fact]
    public void What_is_shipped_of_a_queue_or_step_called_job_ends_nothing_else() => Assert.Equal(
        ["@queue mail", "cleanup job", "@queue job retired 2026-11-01", "cleanup step job retired 2026-11-01"],
        River.Shapes.Contracts.ContractText.Ship(["@queue job", "@queue mail", "cleanup job", "cleanup step job"], ["@queue job retired 2026-11-01", "cleanup step job retired 2026-11-01"]));

    [Theory]
    [InlineData("", "# mine\r\ncleanup job\r\n", "# River job contract 1\r\ncleanup job\r\n")]
    [InlineData("", "cleanup job\n", "# River job contract 1\ncleanup job\n")]
    [InlineData("# ours\n@queue mail\n", "cleanup job\r\n", "# River job contract 1\n# ours\n@queue mail\ncleanup job\n")]
    [InlineData("# ours\r\n@queue mail\r\n", "cleanup job\n", "# River job contract 1\r\n# ours\r\n@queue mail\r\ncleanup job\r\n")]
    public void The_shipped_file_keeps_its_line_ends_and_a_new_one_has_those_of_the_other(string shipped, string unshipped, string expected) =>
        Assert.Equal(expected, River.Shapes.Contracts.ContractText.WriteShipped(shipped, unshipped));

    [Fact]
    public Task A_queue_that_is_called_as_the_word_job_ends_no_other() => ReportsAsync(
        Code.Of("public static class Nothing;")
            .AndText("River.Contracts.txt", "@queue job\n[|@queue mail|]\n").AndText("River.Contracts.Unshipped.txt", "@queue job retired 2026-11-01\n"));

    [Fact]
    public Task A_step_that_was_taken_back_may_be_gone() => ReportsAsync(
        Steps.Worker("await Task.Yield();").Shipped("cleanup step copy").AndText("River.Contracts.Unshipped.txt", "cleanup step copy retired 2026-11-01\n"));

    [Fact]
    public Task A_project_that_does_not_work_the_job_has_none_of_its_steps() => ReportsAsync(Code.Of("[Job] public sealed partial record Cleanup;").Shipped("cleanup step copy"));
}

/// <summary>What the contract doesn't say yet of steps.</summary>
public sealed class ContractStepGapTests() : RuleTest("RIVER028")
{
    [Fact]
    public Task A_step_that_is_not_written_down_is_told_of_at_its_name_and_written_by_the_fix() => FixesAsync(
        Steps.Worker(
            """
            await job.StepAsync("copy", _ => Task.CompletedTask);
            if (job.Attempt > 1)
                await job.StepAsync([|"check it."|], _ => Task.CompletedTask);
            else
                await job.StepAsync("check it.", _ => Task.CompletedTask);
            """).Shipped("cleanup step copy"),
        Steps.Worker(
            """
            await job.StepAsync("copy", _ => Task.CompletedTask);
            if (job.Attempt > 1)
                await job.StepAsync("check it.", _ => Task.CompletedTask);
            else
                await job.StepAsync("check it.", _ => Task.CompletedTask);
            """).Shipped("cleanup step copy").AndText("River.Contracts.Unshipped.txt", "# River job contract 1\ncleanup step check%20it%2E\n"));

    [Theory]
    [InlineData("public abstract class Base : IWorker<Cleanup> { public Task WorkAsync(Job<Cleanup> job, CancellationToken cancellationToken) => job.StepAsync(\"copy\", _ => Task.CompletedTask); }")]
    [InlineData("public static class Helper { public static Task CopyAsync(Job<Cleanup> job) => job.StepAsync(\"copy\", _ => Task.CompletedTask); }")]
    public Task A_library_that_does_not_work_the_job_needs_no_lines_for_its_steps(string library) =>
        ReportsAsync(Code.Of("[Job] public sealed partial record Cleanup;\n" + library).Shipped());

    [Fact]
    public async Task A_kind_that_is_none_or_a_job_that_is_not_there_yet_gets_no_line()
    {
        var project = await UserProject.OpenAsync(
            Code.Of(
                """
                [Job(Kind = "clean up")] public sealed partial record Cleanup { public Task WorkAsync(Job<Cleanup> job) => job.StepAsync("copy", _ => Task.CompletedTask); }
                public sealed class OtherWorker : IWorker<Othe> { public Task WorkAsync(Job<Othe> job, CancellationToken cancellationToken) => job.StepAsync("copy", _ => Task.CompletedTask); }
                """).AndText("River.Contracts.txt", "# River job contract 1\n"),
            Token);
        var found = await Analysis.AllAsync(await UserProject.CompileAsync(project, Token), project.AnalyzerOptions, Token);
        Assert.DoesNotContain(found, one => one.Id == Rule);
    }

    [Fact]
    public Task An_unshipped_step_that_the_worker_does_not_have_is_told_of() => SaysAsync(
        Steps.Worker("await Task.Yield();").Shipped().AndText("River.Contracts.Unshipped.txt", "[|cleanup step copy|]\n"), "nothing in the code stands for");

    [Fact]
    public Task A_line_without_a_name_is_an_error() => SaysAsync(
        Code.Of("public static class Nothing;").AndText("River.Contracts.txt", "[|cleanup step|]\n"), "can't be read");

    [Fact]
    public Task Without_a_file_nothing_is_said() => ReportsAsync(Steps.Worker("await job.StepAsync(\"copy\", _ => Task.CompletedTask);"));
}

/// <summary>A worker with steps, beside its contract.</summary>
internal static class Steps
{
    public static Code Worker(string statements, string name = "CleanupWorker", string attribute = "[Job]") => Code.Of(
        $$"""
        {{attribute}} public sealed partial record Cleanup;

        public sealed class {{name}} : IWorker<Cleanup>
        {
            public async Task WorkAsync(Job<Cleanup> job, CancellationToken cancellationToken)
            {
                await Task.Yield();
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }
        }
        """);

    /// <summary>Another project, through whose code jobs come to a step.</summary>
    public static Code Library { get; } = Code.Of(
        """
        namespace Shared;

        public static class Copying
        {
            public static Task CopyAsync<T>(Job<T> job) where T : IJobArgs<T> => job.StepAsync("copy", _ => Task.CompletedTask);
            public static Task CopyItAsync<T>(this Job<T> job) where T : IJobArgs<T> => CopyAsync(job);
        }

        public sealed class Copier<T>(Job<T> job) where T : IJobArgs<T> { public Task RunAsync() => job.CopyItAsync(); }

        public abstract class Base<T> : IWorker<T> where T : IJobArgs<T> { public Task WorkAsync(Job<T> job, CancellationToken cancellationToken) => job.CopyItAsync(); }
        """).Named("Shared");

    public static Code Shipped(this Code code, params string[] lines) => code.AndText("River.Contracts.txt", string.Join('\n', ["cleanup job", .. lines]) + "\n");
}
