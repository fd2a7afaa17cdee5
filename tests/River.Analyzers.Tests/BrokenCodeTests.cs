using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests;

/// <summary>Editors run the rules on code that is half written. None of them may throw; what they say then doesn't matter.</summary>
public sealed class BrokenCodeTests
{
    // Apart from the program: a lambda that slips into an assembly's attribute overflows the compiler's own stack.
    private const string Queues =
        """
        [assembly: Queue("default", MaxWorkers = 5)]
        [assembly: Queue(name: "tenant_*", Dynamic = true), Queue("mail")]
        """;

    private const string Program =
        """"
        new ServiceCollection().AddRiver(river => river.Work("default", 0).AddJobs());

        [Job(Kind = "ping", Queue = Queues.Default, MaxAttempts = 34, Tags = ["abc"], KindAliases = ["old"], Timeout = "90s", RetryPolicy = typeof(Policy))]
        [Periodic("""* 24 * * *"""), Unique(Period = "1h")]
        public sealed partial record Ping([Unique] int Id = 5, string? Name = null)
        {
            public static Ping Create(PeriodicContext context) => new();
        }

        public sealed class Policy : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => default; }

        public class PingWorker(IServiceProvider services) : IWorker<Ping>
        {
            public async Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
            {
                await job.Client.EnqueueAsync(new Ping(1), new() { Queue = "mial" });
                if (services is null)
                    job.Cancel("gone");
                throw job.Snooze(TimeSpan.Zero);
            }
        }
        """";

    // What the rules about calls and method bodies look at.
    private const string Bodies =
        """"
        [Job] public sealed partial record Copy(int Id)
        {
            public async Task WorkAsync(Job<Copy> job, IJobClient jobs, Npgsql.NpgsqlConnection connection, CancellationToken token)
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                foreach (var id in new[] { 1, 2 })
                    await jobs.EnqueueCopyAsync(id, new() { ScheduledAt = DateTime.Now.AddHours(1) }).ConfigureAwait(false);
                await transaction.CommitAsync();
                while (!token.IsCancellationRequested)
                {
                    try { _ = jobs.EnqueueManyAsync([new Copy(1)]); Thread.Sleep(5); await LookAsync().ConfigureAwait(false); }
                    catch (Exception e) when (e is not OperationCanceledException) { Console.WriteLine(Task.FromResult(1).Result + LookAsync().Result); }
                }
                do { await Task.Delay(5); } while (true);
                throw job.Snooze(TimeSpan.FromMilliseconds(5));
                async Task<int> LookAsync() { job?.Then(new Copy(2)); return await Task.Run(() => job.Id > 1 ? 1 : throw job.Cancel("x")); }
            }
        }
        """";

    private const string Spans =
        """
        [Job] public sealed partial record Wait(int Id)
        {
            public async Task WorkAsync(Job<Wait> job, IJobClient client, CancellationToken token)
            {
                await client.EnqueueAsync(new Wait(1), new EnqueueOptions { Delay = new TimeSpan(300_000_000, 0, 0) });
                if (Id == 1) throw job.Snooze(new TimeSpan(int.MaxValue, int.MaxValue, int.MaxValue));
                if (Id == 2) throw job.Snooze(new TimeSpan(int.MaxValue, 0, 0, 0, int.MaxValue));
                if (Id == 3) throw job.Snooze(TimeSpan.FromDays(int.MaxValue));
                throw job.Snooze(new TimeSpan(int.MaxValue, 0, 0, 0));
            }
        }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Files => [nameof(Program), nameof(Queues), nameof(Bodies)];

    [Theory, MemberData(nameof(Files))]
    public async Task A_file_cut_off_anywhere_is_survived(string file)
    {
        foreach (var token in Tokens(file, first: 0))
            await SurviveAsync(file, text => text[..token.Start]);
    }

    [Theory, MemberData(nameof(Files))]
    public async Task A_file_that_lacks_any_word_is_survived(string file)
    {
        foreach (var token in Tokens(file, first: 1))
            await SurviveAsync(file, text => text.Remove(token.Start, token.Length));
    }

    [Fact]
    public async Task Spans_that_no_TimeSpan_can_hold_are_survived() => await SurviveAsync(Code.Of(Spans));

    [Fact]
    public async Task A_project_without_River_is_survived_and_nothing_is_said()
    {
        var project = await UserProject.OpenAsync(Code.Of(Program).WithoutRiver().AsProgram(), Token);

        Assert.Empty(await Analysis.AllAsync(await UserProject.CompileAsync(project, Token), project.AnalyzerOptions, Token));
    }

    [Fact]
    public async Task Types_of_Rivers_names_that_are_someone_elses_are_survived() => await SurviveAsync(Code.Of(
        """
        namespace River
        {
            public class JobAttribute : Attribute { public long MaxAttempts { get; set; } public Type? Queue { get; set; } public int Kind { get; set; } }
            public class QueueAttribute : Attribute { }
            public interface IJobArgs<T> { }
            public interface IWorker<T> { }
            public class Job<T> { public int Cancel; public Exception Snooze() => new(); }

            [Job(MaxAttempts = 5, Queue = typeof(int), Kind = 3)]
            public partial class Ping : IWorker<Ping>;
        }
        """).WithoutRiver());

    // Every third is enough; the two tests take different ones.
    private static IEnumerable<TextSpan> Tokens(string file, int first) =>
        CSharpSyntaxTree.ParseText(TextOf(file), cancellationToken: Token).GetRoot(Token).DescendantTokens()
            .Select(token => token.Span).Skip(first).Where((_, i) => i % 3 == 0);

    private static string TextOf(string file) => file switch { nameof(Program) => Program, nameof(Queues) => Queues, _ => Bodies };

    private static Task SurviveAsync(string file, Func<string, string> edit) => SurviveAsync(file == nameof(Bodies)
        ? Code.Of(edit(Bodies))
        : Code.Of(file == nameof(Program) ? edit(Program) : Program).And("Queues.cs", file == nameof(Queues) ? edit(Queues) : Queues).AsProgram());

    private static async Task SurviveAsync(Code code)
    {
        var project = await UserProject.OpenAsync(code, Token);
        await Analysis.AllAsync(await UserProject.CompileAsync(project, Token), project.AnalyzerOptions, Token);
    }
}
