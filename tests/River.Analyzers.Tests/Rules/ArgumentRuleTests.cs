using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class SecretArgumentTests() : RuleTest("RIVER033")
{
    [Theory]
    [InlineData("string Password")]
    [InlineData("string? UserPassword")]
    [InlineData("string ApiKey")]
    [InlineData("string APIKey")]
    [InlineData("string accessToken")]
    [InlineData("string ConnectionString")]
    [InlineData("string client_secret")]
    [InlineData("byte[] PrivateKey")]
    [InlineData("List<string> Tokens")]
    public async Task A_member_named_like_a_secret_is_a_suggestion(string parameter)
    {
        var name = parameter.Split(' ')[1];
        var found = Assert.Single(await ReportsAsync($"[Job] public sealed partial record Ping({parameter.Split(' ')[0]} [|{name}|]);"));

        Assert.Equal(DiagnosticSeverity.Info, found.Severity);
        Assert.Contains($"'Ping.{name}' is named like a secret", found.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_member_of_a_type_that_jobs_hold_is_reported_once() => ReportsAsync(
        """
        [Job] public sealed partial record Ping(Login Login);
        [Job] public sealed partial record Pong(List<Login> Logins);
        public sealed record Login(string User, string [|Password|]);
        """);

    [Fact]
    public Task What_speaks_of_a_secret_and_is_none_is_fine() => IsSilentAsync(
        """
        [Job]
        public sealed partial record Ping(
            Guid TokenId, string PasswordHash, int TokenCount, string PageToken, string ContinuationToken, string SecretName,
            DateTimeOffset PasswordChangedAt, bool PasswordReset, string Tokenizer, string Secretary, int MaxTokens, string PasswordResetRequest);

        public sealed record Login(string Password);
        """);

    [Fact]
    public Task A_member_with_a_converter_may_be_encrypted() => IsSilentAsync(
        """
        using System.Text.Json;
        using System.Text.Json.Serialization;

        [Job] public sealed partial record Ping([property: JsonConverter(typeof(Encrypted))] string Password, [property: JsonIgnore] string? Token = null);

        public sealed class Encrypted : JsonConverter<string>
        {
            public override string? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => null;
            public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) { }
        }
        """);
}

public sealed class HeavyArgumentTests() : RuleTest("RIVER018")
{
    [Fact]
    public async Task Bytes_are_a_suggestion()
    {
        var found = await ReportsAsync("[Job] public sealed partial record Ping(byte[] [|Content|], ReadOnlyMemory<byte> [|Rest|], byte Small, byte[] FileHash, byte[] RowVersion);");

        Assert.All(found, diagnostic => Assert.Equal(DiagnosticSeverity.Info, diagnostic.Severity));
        Assert.StartsWith("'Ping.Content' stores bytes", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entity_is_a_warning()
    {
        var found = await ReportsAsync(
            """
            using Microsoft.EntityFrameworkCore;

            [Job] public sealed partial record Ping(Order [|Order|], List<Order> [|Orders|], int OrderId, Address To);
            public sealed class Order { public long Id { get; set; } }
            public sealed record Address(string Street);
            public sealed class ShopContext : DbContext { public DbSet<Order> Orders => Set<Order>(); }
            """);

        Assert.All(found, diagnostic => Assert.Equal(DiagnosticSeverity.Warning, diagnostic.Severity));
        Assert.StartsWith("'Ping.Order' stores a copy of the entity 'Order'", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Sets_outside_a_context_and_types_outside_jobs_are_fine() => ReportsAsync(
        """
        [Job] public sealed partial record Ping(Order Order);
        public sealed class Order { public long Id { get; set; } }
        public sealed class NoContext { public Microsoft.EntityFrameworkCore.DbSet<Order> Orders => throw new NotSupportedException(); }
        public sealed record Upload(byte[] Content);
        """);
}

public sealed class HttpContextInWorkerTests() : RuleTest("RIVER040")
{
    [Fact]
    public Task A_worker_that_takes_the_request_is_reported_at_the_parameter() => SaysAsync(
        Of("public sealed class PingWorker(TimeProvider time, IHttpContextAccessor [|http|]) : IWorker<Ping> { BODY public object All => (time, http); }"),
        "the worker 'PingWorker' depends on 'IHttpContextAccessor'", "job's arguments");

    [Fact]
    public Task Behind_a_Lazy_and_in_a_job_that_works_itself_it_is_reported_too() => ReportsAsync(Of(
        """
        public sealed class PingWorker(Lazy<HttpContext> [|http|]) : IWorker<Ping> { BODY public object All => http; }
        [Job] public sealed partial record Pong { public Task WorkAsync(IHttpContextAccessor [|http|]) => Task.CompletedTask; }
        """));

    [Fact]
    public Task Other_classes_and_workers_that_are_not_registered_are_fine() => ReportsAsync(Of(
        """
        public sealed class Page(IHttpContextAccessor http) { public object All => http; }
        public sealed class PingWorker(TimeProvider time) : IWorker<Ping> { BODY public object All => time; }
        [NotRegistered] public sealed class OtherWorker(IHttpContextAccessor http) : IWorker<Ping> { BODY public object All => http; }
        public abstract class WebWorker(IHttpContextAccessor http) : IWorker<Ping> { BODY public object All => http; }
        """));

    private static Code Of(string code) => Code.Of(
        "using Microsoft.AspNetCore.Http;\n[Job] public sealed partial record Ping;\n"
        + code.Replace("BODY", "public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;", StringComparison.Ordinal)).And("AspNetCore.cs", RuleSamples.AspNetCore);
}
