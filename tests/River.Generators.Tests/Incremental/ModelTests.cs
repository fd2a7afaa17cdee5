using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using River.Generators.Pipeline;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests.Incremental;

/// <summary>A symbol in a model keeps a whole compilation alive, and never equals the next one's.</summary>
public sealed class ModelTests
{
    private static readonly Type[] Forbidden = [typeof(ISymbol), typeof(SyntaxNode), typeof(SyntaxTree), typeof(SyntaxReference), typeof(Compilation), typeof(SemanticModel), typeof(Location), typeof(Diagnostic), typeof(AttributeData)];

    /// <summary>The steps whose input is a compilation; what they give must be free of it.</summary>
    private const string Source = """
        [assembly: Queue("mail", MaxWorkers = 5)]
        [Job(Queue = Queues.Mail, Tags = ["tag"], RetryPolicy = typeof(Policy)), Periodic("@daily")] [Unique]
        public sealed partial record Ping([Unique] int X = 1, List<Line>? Lines = null, Dictionary<string, int?>? More = null)
        {
            public Task WorkAsync(Job<Ping> job, IServiceProvider services) => Task.CompletedTask;
        }
        public sealed record Line(string Sku) { public DayOfWeek Day { get; init; } }
        public sealed class Policy(IServiceProvider services) : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) => default; }
        [Job] public sealed partial record Pong;
        [Periodic("@hourly", Id = "pong-1")] public sealed class PongWorker(IServiceProvider services) : IWorker<Pong> { public Task WorkAsync(Job<Pong> job, CancellationToken t) => Task.CompletedTask; }
        """;

    [Fact]
    public void No_step_hands_on_a_symbol_a_node_or_a_location()
    {
        var contracts = TestProject.Library("[assembly: Queue(\"other\")] [Job] public sealed partial record Other;").Named("Contracts").Generate();
        var project = TestProject.Library(Source).With(contracts).Generate().AssertCompiles();

        var seen = new HashSet<Type>();
        foreach (var name in StepNamesOfThePipeline())
        {
            var steps = project.Result.TrackedSteps[name];
            foreach (var (value, _) in steps.SelectMany(step => step.Outputs))
                Walk(value, name, seen);
        }

        // The walk really got to the leaves of the model.
        Assert.Contains(typeof(Shapes.JsonMemberModel), seen);
        Assert.Contains(typeof(Shapes.WorkerModel), seen);
        Assert.Contains(typeof(Shapes.ManifestModel), seen);
        Assert.Contains(typeof(Shapes.ScheduleModel), seen);
    }

    [Fact]
    public void Equal_code_gives_equal_models_with_equal_hash_codes()
    {
        var one = TestProject.Library(Source).Generate();
        var two = TestProject.Library("// moved\n\n" + Source).Generate();

        foreach (var name in StepNamesOfThePipeline())
        {
            var values = one.Result.TrackedSteps[name].SelectMany(step => step.Outputs).Select(output => output.Value).Where(IsComparable).ToArray();
            var others = two.Result.TrackedSteps[name].SelectMany(step => step.Outputs).Select(output => output.Value).Where(IsComparable).ToArray();
            Assert.Equal(values, others);
            Assert.Equal(values.Select(value => value.GetHashCode()), others.Select(value => value.GetHashCode()));
        }
    }

    /// <summary>What a Combine gives is compared part by part by the compiler itself.</summary>
    private static bool IsComparable(object value) => value is not System.Runtime.CompilerServices.ITuple;

    private static IEnumerable<string> StepNamesOfThePipeline() =>
        typeof(StepNames).GetFields(BindingFlags.Static | BindingFlags.Public).Select(constant => (string)constant.GetValue(null)!);

    private static void Walk(object? value, string path, HashSet<Type> seen)
    {
        if (value is null)
            return;

        var type = value.GetType();
        Assert.False(Forbidden.Any(forbidden => forbidden.IsAssignableFrom(type)), $"{path} holds a {type}");
        seen.Add(type);
        if (type.IsPrimitive || type.IsEnum || value is string)
            return;

        if (value is IEnumerable items)
        {
            foreach (var item in items)
                Walk(item, path + "[]", seen);
            return;
        }

        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            Walk(field.GetValue(value), path + "." + field.Name, seen);
    }
}
