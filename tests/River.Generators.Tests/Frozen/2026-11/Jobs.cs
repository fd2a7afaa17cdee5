using System.Globalization;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using River;

[assembly: Queue("frozen", MaxWorkers = 3)]
[assembly: Queue("frozen_*", Dynamic = true)]
[assembly: Queue("elsewhere", External = true)]

namespace Frozen;

public enum Level { Low, High }

public sealed record Address(string Street, string? City = null);

public readonly record struct Line(string Sku, int Count);

/// <summary>Values of every sort, every part of the declaration, a worker with services and policies of its own.</summary>
[Job(Queue = Queues.Frozen, MaxAttempts = 3, Priority = 2, Tags = ["frozen"], Timeout = "1m", KindAliases = ["old_order"])]
[Unique(Args = true, Period = "1h", Queue = true)]
public sealed partial record Order(
    [Unique] long Id, Address To, IReadOnlyList<Line> Lines, Dictionary<string, decimal> Prices, DateTimeOffset At, Guid Key, TimeSpan Span, byte[] Bytes, Level Level = Level.High, string? Note = null)
{
    public int Copies { get; init; } = 2;

    public required Uri Link { get; init; }
}

public sealed class OrderWorker(Ledger ledger, TimeProvider time, [FromKeyedServices("west")] Region region, IServiceProvider services, Region? absent = null) : IWorker<Order>, IRetryPolicy<Order>, IJobTimeout<Order>
{
    public async Task WorkAsync(Job<Order> job, CancellationToken cancellationToken)
    {
        if (job.Attempt == 1)
            throw new InvalidOperationException("the first attempt fails");
        var order = job.Args;
        ledger.Write(string.Create(CultureInfo.InvariantCulture, $"{job.Kind} {order.Id} attempt {job.Attempt} to {order.To.Street}/{order.To.City} {string.Join('+', order.Lines.Select(line => $"{line.Count}x{line.Sku}"))} {order.Prices["eur"]} {order.At:O} {order.Key:N} {order.Span} {order.Bytes.Length} {order.Level} {order.Note} {order.Copies} {order.Link} by {region.Name} {services is not null} {absent is null} {time is not null}"));
        await job.Client.EnqueueTickAsync(note: "at once", cancellationToken: cancellationToken);
        job.Then(new Count(7), new() { Delay = TimeSpan.FromMilliseconds(10) });
    }

    public TimeSpan? NextRetry(Job<Order> job, Exception error) => TimeSpan.FromMilliseconds(50);

    public TimeSpan? Timeout(Job<Order> job) => TimeSpan.FromSeconds(30);
}

/// <summary>Works itself, with services by its method's parameters.</summary>
[Job(Queue = "frozen")]
public sealed partial record Tick(string Note)
{
    public async ValueTask WorkAsync(Job<Tick> job, Ledger ledger, [FromKeyedServices("west")] Region region, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (Note == "cancel")
            throw job.Cancel("as asked");
        ledger.Write($"tick {Note} {region.Name}");
    }
}

/// <summary>A struct, on a schedule that makes its arguments, with a policy by its type.</summary>
[Job(Queue = "frozen", RetryPolicy = typeof(Soon)), Periodic("@every 1h", Id = "frozen_count", RunOnStart = true, TimeZone = "Europe/Berlin")]
public readonly partial record struct Count(int Value)
{
    public static Count Create(PeriodicContext context) => new(context.Slot == default ? -1 : 1);
}

public sealed class CountWorker(Ledger ledger) : IWorker<Count>
{
    public Task WorkAsync(Job<Count> job, CancellationToken cancellationToken)
    {
        ledger.Write($"count {job.Args.Value}");
        return Task.CompletedTask;
    }
}

public sealed class Soon : IRetryPolicy
{
    public TimeSpan NextRetry(JobRow job, Exception error) => TimeSpan.FromMilliseconds(50);
}

/// <summary>Arguments of a serializer context of the application's, with subtypes.</summary>
[Job(Queue = "frozen", JsonContext = typeof(OwnContext))]
public sealed partial record Draw(Shape Shape)
{
    public Task WorkAsync(Ledger ledger)
    {
        ledger.Write($"draw {Shape}");
        return Task.CompletedTask;
    }
}

[JsonDerivedType(typeof(Circle), "circle"), JsonDerivedType(typeof(Square), "square")]
public abstract record Shape;

public sealed record Circle(int Radius) : Shape;

public sealed record Square(int Side) : Shape;

[JsonSerializable(typeof(Draw))]
public sealed partial class OwnContext : JsonSerializerContext;

/// <summary>Worked by another service.</summary>
[Job(Queue = "elsewhere", External = true)]
public sealed partial record Fax(int Pages);

public sealed record Region(string Name);

/// <summary>What was worked.</summary>
public sealed class Ledger
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public void Write(string line) => _lines.Writer.TryWrite(line);

    public ValueTask<string> ReadAsync(CancellationToken cancellationToken) => _lines.Reader.ReadAsync(cancellationToken);
}

/// <summary>What the test of every frozen assembly calls.</summary>
public static class Entry
{
    private const int Lines = 6;

    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<Ledger>();
        services.AddKeyedSingleton("west", new Region("the west"));
    }

    /// <summary>Enqueues a job of each sort; what was worked, sorted.</summary>
    public static async Task<string[]> WorkAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var jobs = services.GetRequiredService<IJobClient>();
        var at = new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.FromHours(1));
        await jobs.EnqueueOrderAsync(
            5, new Address("High Street"), [new("bolt", 3), new("nut", 4)], new() { ["eur"] = 1.50m }, at, Guid.Empty, TimeSpan.FromMinutes(90), [1, 2, 3],
            link: new Uri("https://example.com/5"), options: new() { Priority = 1, Tags = ["again"] }, cancellationToken: cancellationToken);
        await jobs.EnqueueManyAsync([new Tick("many"), new Tick("cancel")], cancellationToken: cancellationToken);
        await jobs.EnqueueManyAsync([JobRequest.For(new Draw(new Circle(3))), JobRequest.For(new Fax(2), new() { Delay = TimeSpan.FromDays(1) })], cancellationToken);

        var ledger = services.GetRequiredService<Ledger>();
        var lines = new List<string>();
        while (lines.Count < Lines)
            lines.Add(await ledger.ReadAsync(cancellationToken));
        return [.. lines.Order(StringComparer.Ordinal)];
    }
}
