using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.Calls;
using River.Analyzers.Rules;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests;

/// <summary>A rule that throws is told as AD0001, and takes no other rule's findings with it.</summary>
public sealed class RuleFaultTests
{
    private const string Jobs =
        """
        [Job] public sealed partial record Ping { public async Task WorkAsync(Job<Ping> job) { await Task.Yield(); if (job.Attempt > 1) throw job.Snooze(TimeSpan.FromMilliseconds(5)); } }
        [Job] public sealed partial record Pong { public async Task WorkAsync(Job<Pong> job) { await Task.Yield(); if (job.Attempt > 1) throw job.Snooze(TimeSpan.FromMilliseconds(5)); } }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Places => ["start", "operation", "body"];

    [Theory, MemberData(nameof(Places))]
    public async Task The_other_rules_go_on_over_the_whole_file_and_the_first_fault_is_told(string place)
    {
        var faults = new List<Exception>();
        var project = await UserProject.OpenAsync(Code.Of(Jobs), Token);
        var compilation = await UserProject.CompileAsync(project, Token);
        var analyzer = new CodeAnalyzer([new Faulty(place), new BusySnooze()]);

        var found = await compilation.WithAnalyzers([analyzer], new CompilationWithAnalyzersOptions(project.AnalyzerOptions, (fault, _, _) => faults.Add(fault), concurrentAnalysis: false, logAnalyzerExecutionTime: false))
            .GetAnalyzerDiagnosticsAsync(Token);

        Assert.Equal(2, found.Count(one => one.Id == "RIVER029"));
        var fault = Assert.Single(faults);
        Assert.Equal(place + " 1", fault.Message);
        Assert.Contains(nameof(Faulty), fault.StackTrace, StringComparison.Ordinal);
    }

    private sealed class Faulty(string place) : CodeRule
    {
        private int _faults;

        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [];

        public override void Start(CodeStart start)
        {
            start.RegisterOperationAction(_ => Fail("operation"), OperationKind.Invocation);
            start.RegisterBodyAction(_ => Fail("body"));
            Fail("start");
        }

        private void Fail(string at)
        {
            if (at == place)
                throw new InvalidOperationException($"{at} {++_faults}");
        }
    }
}
