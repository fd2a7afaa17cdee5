using System.Text.Json.Serialization;

namespace River.Tests.Extending;

/// <summary>What happened, in order.</summary>
internal sealed class Said
{
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_all)
                return [.. _all];
        }
    }

    public Task Add(string what)
    {
        lock (_all)
            _all.Add(what);
        return Task.CompletedTask;
    }
}

/// <summary>Says when it is asked.</summary>
internal abstract class Saying : IWorkMiddleware, IWorkBeginHook, IWorkEndHook, IInsertMiddleware, IInsertBeginHook
{
    public Said Said { get; init; } = new();

    public async Task InvokeAsync(WorkContext context, Func<CancellationToken, Task> next, CancellationToken cancellationToken)
    {
        await Said.Add($"{GetType().Name} in");
        await next(cancellationToken);
        await Said.Add($"{GetType().Name} out");
    }

    public async ValueTask WorkBeginAsync(WorkContext context, CancellationToken cancellationToken) => await Said.Add($"{GetType().Name} begin");

    public async ValueTask<Exception?> WorkEndAsync(WorkContext context, Exception? error, CancellationToken cancellationToken)
    {
        await Said.Add($"{GetType().Name} end");
        return error;
    }

    public async Task<IReadOnlyList<EnqueueResult>> InvokeAsync(IReadOnlyList<JobRequest> jobs, InsertNext next, CancellationToken cancellationToken)
    {
        await Said.Add($"{GetType().Name} inserts {jobs.Count}");
        var results = await next(jobs, cancellationToken);
        await Said.Add($"{GetType().Name} inserted {results.Count}");
        return results;
    }

    public void InsertBegin(InsertContext context) => Said.Add($"{GetType().Name} sees {context.Kind}");
}

internal sealed class First : Saying;

internal sealed class Second : Saying;

internal sealed class Third : Saying;

internal sealed class Fourth : Saying;

/// <summary>Does what a test says.</summary>
internal sealed class Scripted : IWorkMiddleware, IWorkBeginHook, IWorkEndHook
{
    public Func<WorkContext, Func<CancellationToken, Task>, CancellationToken, Task> Around { get; init; } = static (_, next, token) => next(token);

    public Action<WorkContext> Begin { get; init; } = static _ => { };

    public Func<WorkContext, Exception?, Exception?> End { get; init; } = static (_, error) => error;

    public Task InvokeAsync(WorkContext context, Func<CancellationToken, Task> next, CancellationToken cancellationToken) => Around(context, next, cancellationToken);

    public ValueTask WorkBeginAsync(WorkContext context, CancellationToken cancellationToken)
    {
        Begin(context);
        return ValueTask.CompletedTask;
    }

    public ValueTask<Exception?> WorkEndAsync(WorkContext context, Exception? error, CancellationToken cancellationToken) => new(End(context, error));
}

/// <summary>Does what a test says to inserts.</summary>
internal sealed class ScriptedInsert : IInsertMiddleware, IInsertBeginHook
{
    public Func<IReadOnlyList<JobRequest>, InsertNext, CancellationToken, Task<IReadOnlyList<EnqueueResult>>> Around { get; init; } = static (jobs, next, token) => next(jobs, token);

    public Action<InsertContext> Begin { get; init; } = static _ => { };

    public Task<IReadOnlyList<EnqueueResult>> InvokeAsync(IReadOnlyList<JobRequest> jobs, InsertNext next, CancellationToken cancellationToken) => Around(jobs, next, cancellationToken);

    public void InsertBegin(InsertContext context) => Begin(context);
}

/// <summary>A job whose type and whose worker have extensions of their own.</summary>
internal sealed record Extended(int Number) : IJobArgs<Extended>
{
    public static JobDescriptor<Extended> Descriptor { get; } =
        JobDescriptor.Create("extended", () => ExtendedJson.Default.Extended);
}

internal sealed class ExtendedWorker(Said said) : IWorker<Extended>
{
    public Task WorkAsync(Job<Extended> job, CancellationToken cancellationToken) => said.Add("worker");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Extended))]
internal sealed partial class ExtendedJson : JsonSerializerContext;
