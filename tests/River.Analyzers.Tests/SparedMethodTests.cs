using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.Calls;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests;

/// <summary>
/// Which methods of workers are bound for the rules, which costs as much as compiling them. That nothing is missed by it,
/// every test of this project shows, as each compares the findings with those of rules that are shown all methods.
/// </summary>
public sealed class SparedMethodTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("await api.CallAsync(job.Args.Id, cancellationToken);")]
    [InlineData("await api.CallAsync(token: cancellationToken, id: 1).ConfigureAwait(false);")]
    [InlineData("foreach (var id in new[] { 1, 2 }) await (api.CallAsync(id, cancellationToken));")]
    [InlineData("for (var i = 0; i < 3; i++) Console.WriteLine(i);")]
    [InlineData("if (job.Args.Id == 0) throw job.Cancel(\"nothing to do\");\n        await Task.CompletedTask;")]
    [InlineData("try { await api.CallAsync(1, cancellationToken); } catch (Exception e) { Console.WriteLine(e); throw; }")]
    [InlineData("await Task.WhenAll(new[] { 1, 2 }.Select(id => api.CallAsync(id, cancellationToken))).WaitAsync(cancellationToken);")]
    public async Task A_method_with_nothing_for_any_rule_is_spared(string statements) =>
        Assert.DoesNotContain("WorkAsync", await BoundAsync(Worker(statements)));

    [Theory]
    [InlineData("await api.CallAsync(1);")]
    [InlineData("await ((Task)api.CallAsync(1)).ConfigureAwait(true);")]
    [InlineData("await (api.CallAsync(1) as Task)!;")]
    [InlineData("await api.CallAsync(1, CancellationToken.None);")]
    [InlineData("Func<CancellationToken, Task> call = async token => await api.CallAsync(1, token); await call(cancellationToken);")]
    [InlineData("while (job.Args.Id > 3) { }")]
    [InlineData("do { } while (true);")]
    [InlineData("for (;;) { }")]
    [InlineData("for (; 1 < 2;) { }")]
    [InlineData("const int Most = 0; for (var i = 0; Most == 0; i++) { }")]
    [InlineData("try { await api.CallAsync(1, cancellationToken); } catch { }")]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("api.CallAsync(1, cancellationToken).Wait();")]
    [InlineData("async void Later() { } Later();")]
    [InlineData("job.Cancel(\"x\");")]
    [InlineData("if (job.Args.Id == 0) // don't throw\n job.Cancel(\"x\");")]
    [InlineData("if (job.Args.Id == 0) throw job.Snooze(TimeSpan.FromSeconds(1));")]
    [InlineData("await job.StepAsync(\"one\", token => api.CallAsync(1, token), cancellationToken);")]
    [InlineData("job.Then(new Ping(1));")]
    public async Task A_method_in_which_a_rule_may_find_something_is_bound(string statements) =>
        Assert.Contains("WorkAsync", await BoundAsync(Worker(statements)));

    [Fact]
    public async Task What_calls_a_method_that_enqueues_is_bound_wherever_that_stands()
    {
        var here = Worker("await NextAsync(job, cancellationToken);\n    }\n    private async Task NextAsync(Job<Ping> job, CancellationToken token)\n    {\n        await api.CallAsync(1, token); job.Then(new Ping(2));");
        const string part = "public sealed partial class PingWorker { private async Task NextAsync(Job<Ping> job, CancellationToken token) { await api.CallAsync(1, token); job.Then(new Ping(2)); } }";

        Assert.Equal(["NextAsync", "WorkAsync"], await BoundAsync(here));
        Assert.Equal(["NextAsync", "WorkAsync"], await BoundAsync(Worker("await NextAsync(job, cancellationToken);").And("Next.cs", part)));
        Assert.Equal(["NextAsync", "WorkAsync"], await BoundAsync(Worker("await NextAsync(job, cancellationToken);", part)));
    }

    private static Code Worker(string statements, string more = "") => Code.Of(
        $$"""
        [Job] public sealed partial record Ping(long Id);

        public interface IApi
        {
            Task CallAsync(long id, CancellationToken token = default);
        }

        public sealed partial class PingWorker(IApi api) : IWorker<Ping>
        {
            public async Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
            {
                {{statements}}
            }

            public Task PublicAsync(CancellationToken cancellationToken) => api.CallAsync(1, cancellationToken);
        }

        {{more}}
        """);

    private static async Task<IEnumerable<string>> BoundAsync(Code code)
    {
        var bound = new Recorder();
        var project = await UserProject.OpenAsync(code, Token);
        var compilation = await UserProject.CompileAsync(project, Token);
        await compilation.WithAnalyzers([new CodeAnalyzer(CodeAnalyzer.AllRules.Add(bound))], project.AnalyzerOptions).GetAnalyzerDiagnosticsAsync(Token);
        return bound.Names.Order(StringComparer.Ordinal);
    }

    private sealed class Recorder : CodeRule
    {
        public ConcurrentBag<string> Names { get; } = [];

        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [];

        public override void Start(CodeStart start) => start.RegisterBodyAction(body => Names.Add(body.ContainingSymbol.Name));
    }
}
