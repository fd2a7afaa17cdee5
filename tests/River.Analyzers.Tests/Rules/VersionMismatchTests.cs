using Microsoft.CodeAnalysis.CSharp;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class VersionMismatchTests() : RuleTest("RIVER039")
{
    [Fact]
    public Task A_language_version_too_old_for_the_generated_code_is_said_once() => SaysAsync(
        Code.Of(
            """
            [Job]
            public sealed partial record [|Ping|];

            [Job]
            public sealed partial record Pong;
            """).In(LanguageVersion.CSharp11),
        "no code can be generated for 'Ping'", "C# version is 11.0", "<LangVersion>");

    [Fact]
    public Task A_project_without_jobs_may_be_as_old_as_it_likes() => ReportsAsync(Code.Of("public class Plain { }").In(LanguageVersion.CSharp10));

    [Theory]
    [InlineData(LanguageVersion.CSharp12)]
    [InlineData(LanguageVersion.CSharp13)]
    [InlineData(LanguageVersion.Preview)]
    public Task Newer_versions_are_fine(LanguageVersion version) => ReportsAsync(Code.Of("[Job] public sealed partial record Ping;").In(version));

    [Fact]
    public Task A_runtime_that_keeps_an_older_agreement_is_named() => SaysAsync(
        Code.Of(
            """
            namespace River
            {
                public sealed class JobAttribute : Attribute { public string? Kind { get; set; } }
                public interface IJobArgs<T> { }
                public interface IWorker<T> { }
                public sealed class RiverManifestAttribute : Attribute { public const int CurrentAbi = 0; }
            }

            [Job]
            public sealed partial record [|Ping|];
            """).WithoutRiver(),
        "older than the generator", "same version of River.Runtime");
}
