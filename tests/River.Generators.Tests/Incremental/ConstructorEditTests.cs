using River.Generators.Tests.Projects;
using static River.Generators.Tests.Incremental.Reruns;

namespace River.Generators.Tests.Incremental;

/// <summary>What a primary constructor takes is read from one part's syntax, and may change by an edit of any other file.</summary>
public sealed class ConstructorEditTests
{
    private static readonly string[] Sources =
    [
        "global using Log = System.IDisposable;",
        """
        namespace Shop
        {
            [Job] public sealed partial record Ping;
            [Job(RetryPolicy = typeof(Policy<Log>))] public sealed partial record Pong { public Task WorkAsync() => Task.CompletedTask; }
            public interface IClock;
            namespace East { public interface IGauge; }
            namespace West { }
        }
        """,
        """
        namespace Shop.Work;
        public sealed partial class PingWorker : IWorker<Ping>
        {
            public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) { return Task.CompletedTask; }
        }
        """,
        """
        using Shop.East; using Shop.West; using Ours = Shop.IClock;
        namespace Shop.Work;
        sealed partial class PingWorker(IClock clock, Ours ours, Log log, IGauge gauge, PingWorker.Tool tool) { private int Twice() { return 2; } }
        """,
        """
        namespace Shop.Work;
        sealed partial class PingWorker { public class Tool; }
        """,
        """
        namespace Shop;
        public class Policy<T>(List<T> all) : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) { return default; } }
        """,
    ];

    public static TheoryData<string, string> Edits => new()
    {
        { "IClock clock, Ours ours", "Ours ours" },
        { "IClock clock,", "IClock @class," },
        { "IClock clock,", "IClock[] clock," },
        { "IClock clock,", "[Microsoft.Extensions.DependencyInjection.FromKeyedServices(1)] IClock clock," },
        { "PingWorker.Tool tool", "PingWorker.Tool? tool = null" },
        { "using Ours = Shop.IClock;", "using Ours = System.IFormattable;" },
        { "using Log = System.IDisposable;", "using Log = System.IFormattable;" },
        { "namespace East { public interface IGauge; }\n    namespace West { }", "namespace East { }\n    namespace West { public interface IGauge; }" },
        { "namespace West { }", "namespace West { public interface IGauge; }" },
        { "namespace West { }", "namespace Work { public interface IClock; }" },
        { "public interface IClock;", "public struct IClock;" },
        { "public interface IClock;", "public ref struct IClock;" },
        { "public interface IClock;", "public static class IClock;" },
        { "public class Tool;", "private class Tool;" },
        { "public class Tool;", "public class Tool; public required int Number;" },
        { "public class Tool;", "public class Tool; public PingWorker() : this(null!, null!, null!, null!, null!) { }" },
        { "public class Tool;", "public class Tool; public PingWorker(int a, int b, int c, int d, int e, int f) : this(null!, null!, null!, null!, null!) { }" },
        { "class PingWorker { public class Tool; }", "class PingWorker : Base { public class Tool; } public class Base { public required int Number; }" },
        { "sealed partial class PingWorker(", "[method: Microsoft.Extensions.DependencyInjection.ActivatorUtilitiesConstructor] sealed partial class PingWorker(" },
        { "Policy<T>(List<T> all)", "Policy<T>(T[] all)" },
        { "typeof(Policy<Log>)", "typeof(Policy<int>)" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void After_an_edit_the_same_is_written_as_without_what_was_kept(string text, string replacement)
    {
        // An edit in a body first, behind which all that was read is kept.
        var edited = Shop(Sources).Edit("return 2;", "return 3;").Edit(text, replacement).AssertNoErrorInGeneratedCode();
        var anew = Shop([.. Sources.Select(source => source.Replace("return 2;", "return 3;", StringComparison.Ordinal).Replace(text, replacement, StringComparison.Ordinal))]);

        Assert.Equal(anew.Files, edited.Files);
        Assert.Equal(Shop(Sources).Files, edited.Edit(replacement, text).Edit("return 3;", "return 2;").Files);
    }

    [Theory]
    [InlineData("return 2;", "return 3;")]
    [InlineData("return Task.CompletedTask; }", "return Task.Delay(1, cancellationToken); }")]
    [InlineData("private int Twice()", "private int _number = 5; private int Twice()")]
    [InlineData("using Ours = Shop.IClock;", "using Ours = global::Shop.IClock; using System.Text;")]
    public void An_edit_that_leaves_the_services_alone_writes_nothing_again(string text, string replacement) =>
        Assert.Empty(ModifiedFiles(Shop(Sources).Edit(text, replacement)));

    private static GeneratedProject Shop(string[] sources) => TestProject.Library(sources).Generate();
}
