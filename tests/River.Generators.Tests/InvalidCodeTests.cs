using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

/// <summary>
/// For whatever a rule reports as an error nothing is generated, and nothing that is generated makes another error. A
/// problem is what an analyzer reports; it sees the code after the generator ran, and must see the same problem there.
/// </summary>
public sealed class InvalidCodeTests
{
    private const string Work = "public Task WorkAsync(Job<Ping> job, CancellationToken t) => Task.CompletedTask;";

    /// <summary>The rule, the text at its location, and the code.</summary>
    public static TheoryData<string, string, string> InvalidJobs => new()
    {
        { "RIVER001", "Ping", "[Job] public sealed record Ping;" },
        { "RIVER001", "Outer", "public static class Outer { [Job] public sealed partial record Ping; }" },
        { "RIVER001", "Ping", "[Job] public struct Ping { }" },
        { "RIVER002", "\"\"", "[Job(Kind = \"\")] public sealed partial record Ping;" },
        { "RIVER002", "\"a b\"", "[Job(Kind = \"a b\")] public sealed partial record Ping;" },
        { "RIVER002", "X", "[Job] public sealed partial record X;" },
        { "RIVER002", "Größe", "[Job] public sealed partial record Größe;" },
        { "RIVER002", "\"x\"", "[Job(KindAliases = new[] { \"fine\", \"x\" })] public sealed partial record Ping;" },
        { "RIVER002", "\"x\"", "[Job(KindAliases = [\"fine\", \"x\"])] public sealed partial record Ping;" },
        { "RIVER006", "0", "[Job(MaxAttempts = 0)] public sealed partial record Ping;" },
        { "RIVER006", "1_000_000_000", "[Job(MaxAttempts = 1_000_000_000)] public sealed partial record Ping;" },
        { "RIVER006", "Limits.Most", "[Job(MaxAttempts = Limits.Most)] public sealed partial record Ping; static class Limits { public const int Most = 32768; }" },
        { "RIVER008", "5", "[Job(Priority = 5)] public sealed partial record Ping;" },
        { "RIVER008", "\"no\"", "[Job(Tags = new string[] { \"fine\", \"no\" })] public sealed partial record Ping;" },
        { "RIVER008", "\"90\"", "[Job(Timeout = \"90\")] public sealed partial record Ping;" },
        { "RIVER008", "\"24:00:00\"", "[Job(Timeout = \"24:00:00\")] public sealed partial record Ping;" },
        { "RIVER008", "\"0s\"", "[Job(Timeout = \"0s\")] public sealed partial record Ping;" },
        { "RIVER008", "\"hour\"", "[Job, Unique(Period = \"hour\")] public sealed partial record Ping;" },
        { "RIVER008", "\"a b\"", "[Job, Periodic(\"@daily\", Id = \"a b\")] public sealed partial record Ping;" },
        { "RIVER008", "0", "[Job, Periodic(\"@daily\", MisfireLimit = 0)] public sealed partial record Ping;" },
        { "RIVER008", "10_001", "[Job, Periodic(\"@daily\", Misfire = Misfire.All, MisfireLimit = 10_001)] public sealed partial record Ping;" },
        { "RIVER008", "(Misfire)3", "[Job, Periodic(\"@daily\", Misfire = (Misfire)3)] public sealed partial record Ping;" },
        { "RIVER009", "61", "[Job, Periodic(\"61 * * * *\")] public sealed partial record Ping;" },
        { "RIVER009", "61", "[Job, Periodic(@\"61 * * * *\")] public sealed partial record Ping;" },
        { "RIVER009", "\\u0036\\u0031", "[Job, Periodic(\"\\u0036\\u0031 * * * *\")] public sealed partial record Ping;" },
        { "RIVER009", "Crons.Bad", "[Job, Periodic(Crons.Bad)] public sealed partial record Ping; static class Crons { public const string Bad = \"x\"; }" },
        { "RIVER012", "Periodic(\"@daily\")", "[Job, Periodic(\"@daily\")] public sealed partial record Ping(int X);" },
        { "RIVER012", "Periodic(\"@daily\")", "[Job, Periodic(\"@daily\")] public partial record struct Ping(int X = 1);" },
        { "RIVER012", "Periodic(\"@daily\")", "[Job, Periodic(\"@daily\")] public sealed partial record Ping { public required int X { get; init; } }" },
        { "RIVER012", "Periodic(\"@daily\")", "[Job, Periodic(\"@daily\")] public sealed partial record Ping(int X) { private static Ping Create(PeriodicContext context) => new(1); }" },
        { "RIVER012", "Periodic(\"@daily\")", "[Job, Periodic(\"@daily\")] public sealed partial record Ping(int X) { public static Ping Create() => new(1); public static object Create(PeriodicContext c) => c; }" },
        { "RIVER014", "WorkAsync", "[Job] public sealed partial record Ping { public void WorkAsync() { } }" },
        { "RIVER014", "WorkAsync", "[Job] public sealed partial record Ping { public async void WorkAsync() => await Task.Yield(); }" },
        { "RIVER014", "WorkAsync", "[Job] public sealed partial record Ping { public Task<int> WorkAsync() => Task.FromResult(1); }" },
        { "RIVER014", "WorkAsync", "[Job] public sealed partial record Ping { private Task WorkAsync() => Task.CompletedTask; }" },
        { "RIVER014", "WorkAsync", "[Job] public sealed partial record Ping { public static Task WorkAsync() => Task.CompletedTask; }" },
        { "RIVER014", "WorkAsync", "[Job] public sealed partial record Ping { public Task WorkAsync<T>() => Task.CompletedTask; }" },
        { "RIVER014", "WorkAsync", "[Job] public sealed partial record Ping { public Task WorkAsync() => Task.CompletedTask; public Task WorkAsync(CancellationToken t) => Task.CompletedTask; }" },
        { "RIVER014", "x", "[Job] public sealed partial record Ping { public Task WorkAsync(ref int x) => Task.CompletedTask; }" },
        { "RIVER014", "x", "[Job] public sealed partial record Ping { public Task WorkAsync(Span<int> x) => Task.CompletedTask; }" },
        { "RIVER014", "x", "[Job] public sealed partial record Ping { public Task WorkAsync(dynamic x) => Task.CompletedTask; }" },
        { "RIVER014", "job", "[Job] public sealed partial record Ping { public Task WorkAsync(Job<string> job) => Task.CompletedTask; }" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(Action X);" },
        { "RIVER015", "X", "public sealed record Box<T>(int V) where T : class; [Job] public sealed unsafe partial record Ping(Box<byte*[]> X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(System.IO.Stream X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(object X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(dynamic X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(IntPtr X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(Type X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(CancellationToken X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(IDisposable X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(Base X); public abstract record Base;" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(int[,] X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping((int, string) X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(Dictionary<int, string> X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(List<Dictionary<string, Action>> X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(System.Collections.ArrayList X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(Own X); public sealed class Own : List<int>;" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(System.Globalization.CultureInfo X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(IReadOnlySet<int> X);" },
        { "RIVER015", "X", "[Job] public sealed unsafe partial class Ping { public int* X { get; set; } }" },
        { "RIVER015", "X", "[Job] public sealed unsafe partial class Ping { public delegate*<int> X { get; set; } }" },
        { "RIVER015", "Y", "[Job] public sealed partial record Ping(Nested X); public sealed record Nested(Deeper Z); public sealed record Deeper(Action Y);" },
        { "RIVER015", "x", "[Job] public sealed partial class Ping(int x) { public long X { get; } = x; }" },
        { "RIVER015", "x", "[Job] public sealed partial class Ping(int x) { public int Y { get; } = x; }" },
        { "RIVER015", "A", "[Job] public sealed partial record Ping(A X); public sealed record A(B B); public sealed record B(A A);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping([property: System.Text.Json.Serialization.JsonInclude] int X);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(int Y) { [System.Text.Json.Serialization.JsonExtensionData] public Dictionary<string, object>? X { get; set; } }" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(Shape X); [System.Text.Json.Serialization.JsonDerivedType(typeof(Round), \"r\")] public record Shape; public sealed record Round : Shape;" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping([property: Own] int X); public sealed class OwnAttribute : System.Text.Json.Serialization.JsonConverterAttribute;" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping([property: System.Text.Json.Serialization.JsonConverter(typeof(Hidden))] int X); public abstract class Hidden : System.Text.Json.Serialization.JsonConverter<int>;" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(int X) { [System.Text.Json.Serialization.JsonIgnore] public int X { get; init; } = X; }" },
        { "RIVER015", "X", "[Job] public sealed partial class Ping { [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] public int X { get; set; } }" },
        { "RIVER015", "XYZ", "[Job] public sealed partial class Ping { public int xyz { get; set; } public int XYZ { get; set; } }" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(int Y) { private sealed record Inner; internal Inner? X2 => null; public ref int X => throw new Exception(); }".Replace("internal Inner? X2 => null; ", "", StringComparison.Ordinal) },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(Computed X); public readonly struct Computed { public int Ticks => 5; }" },
        { "RIVER015", "X", "public sealed record Page<T>(T Item) { public int X { get; init; } } [Job] public sealed partial record Ping(Page<int> P);" },
        { "RIVER015", "X", "[Job] public sealed partial record Ping(Two X); public sealed class Two { public Two(int a) => A = a; public Two(int a, int b) => A = b; public int A { get; } }" },
        { "RIVER015", "typeof(string)", "[Job(JsonContext = typeof(string))] public sealed partial record Ping(object X);" },
        { "RIVER015", "X", "[Job] public sealed partial class Ping { public required int X; }" },
        { "RIVER015", "N", "[Job] public sealed partial record Ping(Wide<int> X); public sealed record Wide<T>(Wide<Wide<T>>? N);" },
        { "RIVER034", "Ping", "[Job] public sealed partial record Ping<T>(T X);" },
        { "RIVER034", "Ping", "public partial class Outer<T> { [Job] public sealed partial record Ping; }" },
        { "RIVER034", "Ping", "[Job] public abstract partial record Ping;" },
        { "RIVER034", "Ping", "[Job] public static partial class Ping;" },
        { "RIVER034", "Ping", "[Job] file sealed partial record Ping;" },
        { "RIVER034", "Ping", "[Job] public ref partial struct Ping { }" },
        { "RIVER034", "Ping", "public partial class Outer { [Job] private sealed partial record Ping; }" },
        { "RIVER034", "Ping", "public partial class Outer { private protected partial class Middle { [Job] public sealed partial record Ping; } }" },
        { "RIVER034", "Ping", "[Job] public sealed partial class Ping { private Ping() { } }" },
        { "RIVER034", "Ping", "[Job] public sealed partial class Ping { public Ping(int a) => A = a; public Ping(string b) => A = b.Length; public int A { get; } }" },
        { "RIVER034", "typeof(string)", "[Job(RetryPolicy = typeof(string))] public sealed partial record Ping;" },
        { "RIVER034", "typeof(Policy)", "[Job(RetryPolicy = typeof(Policy))] public sealed partial record Ping; public abstract class Policy : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => default; }" },
        { "RIVER034", "typeof(Policy<>)", "[Job(RetryPolicy = typeof(Policy<>))] public sealed partial record Ping; public class Policy<T> : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => default; }" },
    };

    [Theory]
    [MemberData(nameof(InvalidJobs))]
    public async Task An_invalid_job_is_one_rules_error_and_nothing_is_generated_for_it(string rule, string where, string source)
    {
        var project = TestProject.Library(source, "public sealed class PingWorker : IWorker<Good> { public Task WorkAsync(Job<Good> job, CancellationToken t) => Task.CompletedTask; } [Job] public sealed partial record Good;")
            .Generate().AssertNoErrorInGeneratedCode();

        await AssertSame(project, (rule, where));
        Assert.Equal(["Good.g.cs", "River.Jobs.g.cs", "River.Json.g.cs", "River.Queues.g.cs"], project.Files.Keys.Where(name => !name.StartsWith("River.Json.", StringComparison.Ordinal) || name == "River.Json.g.cs"));
    }

    public static TheoryData<string, string, string> InvalidWorkers => new()
    {
        { "RIVER014", "W", "public sealed class W : IWorker<string> { public Task WorkAsync(Job<string> job, CancellationToken t) => Task.CompletedTask; }" },
        { "RIVER014", "W", "public sealed class W : IWorker<Plain> { public Task WorkAsync(Job<Plain> job, CancellationToken t) => Task.CompletedTask; } public sealed record Plain;" },
        { "RIVER014", "W", $"public sealed class W : IWorker<Ping> {{ private W() {{ }} {Work} }}" },
        { "RIVER014", "W", $"public sealed class W : IWorker<Ping> {{ public W(string a) {{ }} public W(int b) {{ }} {Work} }}" },
        { "RIVER014", "a", $"public sealed class W(ref int a) : IWorker<Ping> {{ {Work} }}" },
        { "RIVER014", "a", $"public sealed unsafe class W(int*[] a) : IWorker<Ping> {{ {Work} }}" },
        { "RIVER014", "a", $"public sealed unsafe class W(List<(delegate*<int>[], int)> a) : IWorker<Ping> {{ {Work} }}" },
        { "RIVER014", "W", $"public sealed class W(__arglist) : IWorker<Ping> {{ {Work} }}" },
        { "RIVER014", "W", $"public sealed class W : IWorker<Ping> {{ public W(__arglist) {{ }} {Work} }}" },
        { "RIVER014", "W", $"public sealed class W : IWorker<Ping> {{ public required int A {{ get; init; }} {Work} }}" },
        { "RIVER034", "W", $"public static class Outer {{ private sealed class W : IWorker<Ping> {{ {Work} }} }}" },
        { "RIVER034", "W", $"file sealed class W : IWorker<Ping> {{ {Work} }}" },
        { "RIVER009", "99", $"[Periodic(\"99 * * * *\")] public sealed class W : IWorker<Ping> {{ {Work} }}" },
        { "RIVER012", "Periodic(\"@daily\")", $"[Periodic(\"@daily\")] public sealed class W : IWorker<Pong> {{ {Work.Replace("Ping", "Pong", StringComparison.Ordinal)} }} [Job] public sealed partial record Pong(int X);" },
        { "RIVER012", "Periodic(\"@daily\")", $"[Periodic(\"@daily\")] public sealed class W : IWorker<Ping>, IWorker<Pong> {{ {Work} {Work.Replace("Ping", "Pong", StringComparison.Ordinal)} }} [Job] public sealed partial record Pong;" },
    };

    [Theory]
    [MemberData(nameof(InvalidWorkers))]
    public async Task An_invalid_worker_is_one_rules_error_and_is_not_registered(string rule, string where, string source)
    {
        var project = TestProject.Library("[Job] public sealed partial record Ping;", source).Generate().AssertNoErrorInGeneratedCode();

        await AssertSame(project, (rule, where));
        Assert.DoesNotContain("ForWorker", project.Files["River.Jobs.g.cs"], StringComparison.Ordinal);
        Assert.Contains("Ping.g.cs", project.Files.Keys);
    }

    [Theory]
    [InlineData("RIVER005", "\"Mail\"", "\"Mail\"")]
    [InlineData("RIVER005", "\"a__b\"", "\"a__b\"")]
    [InlineData("RIVER005", "\"a*\"", "\"a*\"")]
    [InlineData("RIVER005", "\"a\"", "\"a\", Dynamic = true")]
    [InlineData("RIVER005", "null", "null!")]
    [InlineData("RIVER008", "0", "\"a\", MaxWorkers = 0")]
    [InlineData("RIVER008", "10_001", "\"a\", MaxWorkers = 10_001")]
    public async Task An_invalid_queue_is_one_rules_error_and_is_not_declared(string rule, string where, string arguments)
    {
        var project = TestProject.Library($"[assembly: Queue({arguments})] [Job] public sealed partial record Ping;").Generate().AssertCompiles();

        await AssertSame(project, (rule, where.Replace("null", "null!", StringComparison.Ordinal)));
        Assert.DoesNotContain("const string", project.Files["River.Queues.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_on_a_misspelt_queue_is_generated_so_that_the_one_error_stays_one()
    {
        var project = TestProject.Library("[assembly: Queue(\"mail\")] [Job(Queue = \"mial\")] public sealed partial record Ping;").Generate().AssertCompiles();

        Assert.Contains("\"mial\"", project.Files["Ping.g.cs"], StringComparison.Ordinal);
        Assert.Equal(["RIVER004"], await AnalyzerRun.ErrorsOf(project));
    }

    [Theory]
    [InlineData("[Job(Queue = Queues.Mial)] public sealed partial record Ping;")]
    [InlineData("[Job(Queue = Nowhere.Mail)] public sealed partial record Ping;")]
    [InlineData("[Job(Queue = )] public sealed partial record Ping;")]
    [InlineData("[Job(Kind = Missing.Kind, Tags = new[] { Missing.Tag }, MaxAttempts = \"x\", Nothing = 5)] public sealed partial record Ping;")]
    [InlineData("[Job(1, 2)] public sealed partial record Ping;")]
    [InlineData("[Job] public sealed partial record Ping(Missing X, List<Missing> Y, Missing<int> Z);")]
    [InlineData("[Job] public sealed partial record Ping(int X, int X);")]
    [InlineData("[Job] public sealed partial record Ping(int X = \"text\", int Y = Missing, Guid Z = 5);")]
    [InlineData("[Job] public sealed partial record Ping(int X = 1, int Y);")]
    [InlineData("[Job, Job] public sealed partial record Ping; [Job] public partial record Ping;")]
    [InlineData("[Job] public sealed partial record Ping(int X); [Job] public sealed partial class Ping;")]
    [InlineData("[Job] public sealed record Ping(int X); [Job] public sealed record Ping(int X);")]
    [InlineData("[Job] public sealed partial record Ping(int X)")]
    [InlineData("[Job] public sealed partial record")]
    [InlineData("[Job] partial record ;")]
    [InlineData("[Job] public sealed partial record Ping : Missing { public override int X { get; } }")]
    [InlineData("[Job] public sealed partial record Ping : Ping;")]
    [InlineData("[Job] public interface IPing; [Job] public enum Pings { A } [Job] public delegate void D();")]
    [InlineData("[Job(RetryPolicy = typeof(Missing), JsonContext = typeof(Missing))] public sealed partial record Ping;")]
    [InlineData("[Job, Periodic, Periodic(1), Periodic(Missing.Cron), Periodic(\"@daily\", Id = Missing.Id)] public sealed partial record Ping;")]
    [InlineData("[Job, Unique(Period = Missing.Period, States = 5)] public sealed partial record Ping;")]
    [InlineData("[Job] public sealed partial record Ping { public Missing WorkAsync(Missing x) => null; }")]
    [InlineData("[Job] public sealed partial record Ping; public class W(Missing x) : IWorker<Ping>;")]
    [InlineData("public class W : IWorker<Missing> { } public class W2 : IWorker<>, Missing<int> { } public class W3 : IWorker { }")]
    [InlineData("[assembly: Queue] [assembly: Queue(5)] [assembly: Queue(Missing.Name)] [assembly: Queue(\"a\", MaxWorkers = Missing.Most)] [assembly: Queue(Queues.Mail)]")]
    [InlineData("[assembly: Queue(\"mail\")] [assembly: Queue(\"mail\", MaxWorkers = 5)] [Job(Queue = Queues.Mail)] public sealed partial record Ping;")]
    [InlineData("using static River.Queues; [assembly: Queue(\"mail\")] [Job(Queue = Mail)] public sealed partial record Ping;")]
    [InlineData("namespace River; public class Job; [Job] public sealed partial record Ping;")]
    [InlineData("public sealed record Con<T>(T V) where T : struct; [Job] public sealed partial record Ping(Con<string> X);")]
    [InlineData("public sealed record Con<T>(T V) where T : struct; [Job] public sealed partial record Ping(List<Con<int?>[]>? X = null);")]
    [InlineData("public sealed record Con<T>(T V) where T : struct; [Job] public sealed partial record Ping { public Con<string>? X { get; init; } public required Dictionary<int, Con<object>> Y { get; init; } }")]
    [InlineData("public sealed record Con<T>(T V) where T : struct; [Job] public sealed partial class Ping(Con<string> x) { public int X => x.GetHashCode(); }")]
    [InlineData("public abstract record Base<T>(int X) where T : class; [Job] public sealed partial record Ping(int X) : Base<int>(X);")]
    [InlineData("public sealed record Con<T>(T V) where T : IComparable<T>; [Job] public sealed partial record Ping(Con<int?> X, Con<object> Y);")]
    [InlineData("public abstract record Node<T>(int X) where T : Node<T>; public sealed record Leaf(int X) : Node<Leaf>(X); public sealed record Wrap<T>(T V) where T : Node<T>; [Job] public sealed partial record Ping(Wrap<string> X);")]
    [InlineData("public sealed record Con<T>(T V) where T : new(); public sealed record None(int X); [Job] public sealed partial record Ping(Con<None> X);")]
    [InlineData("public sealed record Con<T, TItem>(T V) where T : IReadOnlyList<TItem>; [Job] public sealed partial record Ping(Con<List<int>, string> X);")]
    [InlineData("public static class Outer<T> where T : struct { public sealed record Data(int X); } [Job] public sealed partial record Ping(Outer<string>.Data X);")]
    [InlineData("[Job] public sealed partial record Ping(Nullable<string> X);")]
    [InlineData("using System.Text.Json; using System.Text.Json.Serialization; public class Conv<T> : JsonConverter<int> where T : struct { public override int Read(ref Utf8JsonReader r, Type t, JsonSerializerOptions o) => 0; public override void Write(Utf8JsonWriter w, int v, JsonSerializerOptions o) { } } [Job] public sealed partial record Ping([property: JsonConverter(typeof(Conv<string>))] int X);")]
    [InlineData("public class Policy<T> : IRetryPolicy where T : struct { public TimeSpan NextRetry(JobRow job, Exception error) => TimeSpan.Zero; } [Job(RetryPolicy = typeof(Policy<string>))] public sealed partial record Ping(int X);")]
    [InlineData("public interface IService<T> where T : struct; [Job] public sealed partial record Ping(int X) { public Task WorkAsync(IService<string> service) => Task.CompletedTask; }")]
    [InlineData("public interface IService<T> where T : struct; [Job] public sealed partial record Ping(int X); public class W(IService<string> service) : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken ct) => Task.CompletedTask; }")]
    [InlineData("public interface IService<T> where T : struct; [Job] public sealed partial record Ping(int X); public class W : IWorker<Ping> { public W(IService<string>[] services) { } public Task WorkAsync(Job<Ping> job, CancellationToken ct) => Task.CompletedTask; }")]
    [InlineData("public sealed record Con<T>(int V) where T : unmanaged; public struct Held { public string A; } [Job] public sealed partial record Ping(Con<Held> X);")]
    [InlineData("public sealed record Con<T>(int V) where T : new(); public class Needs { public required int A { get; set; } } [Job] public sealed partial record Ping(Con<Needs> X);")]
    [InlineData("public sealed record Con<T>(int V) where T : Enum; [Job] public sealed partial record Ping(Con<DayOfWeek?> X);")]
    [InlineData("public sealed record Con<T>(int V) where T : struct; [Job] public sealed partial record Ping(Con<dynamic> X);")]
    [InlineData("public sealed record Con<T>(int V) where T : IEnumerable<T[]>; [Job] public sealed partial record Ping(Con<List<int[]>> X);")]
    [InlineData("public sealed record Con<T>(int V) where T : class; public interface IOpen { static abstract int M(); } [Job] public sealed partial record Ping(Con<IOpen> X);")]
    [InlineData("public sealed record Con<T>(int V); [Job] public sealed partial record Ping(Con<Span<int>> X);")]
    [InlineData("public sealed record Con<T>(int V) where T : IDisposable; public interface IOver<T>; public class Endless<T> : IOver<Endless<Endless<T>>>; [Job] public sealed partial record Ping(Con<Endless<int>> X);")]
    [InlineData("public sealed record Con<T>(int V) where T : IDisposable; public class Over<T>; public class Endless<T> : Over<Endless<Endless<T>>>; [Job] public sealed partial record Ping(Con<Endless<int>> X);")]
    [InlineData("using Microsoft.Extensions.DependencyInjection; public interface ICon<T> where T : struct; [Job] public sealed partial record Ping(int X) { public Task WorkAsync([FromKeyedServices(typeof(ICon<string>))] string s) => Task.CompletedTask; }")]
    public async Task Broken_code_breaks_neither_the_generator_nor_what_it_generates(string source)
    {
        var project = TestProject.Library(source).Generate().AssertNoErrorInGeneratedCode();

        _ = Readings.ProblemsOf(project.Input);
        _ = Readings.ProblemsOf(project.Output);
        Assert.DoesNotContain("AD0001", await AnalyzerRun.ErrorsOf(project));
    }

    private static async Task AssertSame(GeneratedProject project, (string Rule, string Where) expected)
    {
        var before = Readings.ProblemsOf(project.Input);
        Assert.True(!before.IsEmpty, "no problem was found");
        Assert.All(before, problem => Assert.Equal(expected.Rule, problem.RuleId));
        Assert.Contains(expected.Where, before.Select(problem => problem.Location.SourceTree!.GetText().ToString(problem.Location.SourceSpan)));
        Assert.Equal(Readings.Describe(before), Readings.Describe(Readings.ProblemsOf(project.Output)));
        Assert.Equal([expected.Rule], await AnalyzerRun.ErrorsOf(project));
    }
}
