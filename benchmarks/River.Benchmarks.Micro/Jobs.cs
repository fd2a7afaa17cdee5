namespace River.Benchmarks.Micro;

[Job]
public sealed partial record Small(int Number);

public sealed class SmallWorker : IWorker<Small>
{
    public Task WorkAsync(Job<Small> job, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>As an application's: some thirty values, half of them in lists.</summary>
[Job]
public sealed partial record Invoice([property: Unique] long OrderId, [property: Unique] Guid Customer, string Name, string Address, decimal Total, DateTimeOffset IssuedAt, IReadOnlyList<InvoiceLine> Lines);

public sealed record InvoiceLine(string Article, int Count, decimal Price);

public sealed class InvoiceWorker : IWorker<Invoice>
{
    public Task WorkAsync(Job<Invoice> job, CancellationToken cancellationToken) => Task.CompletedTask;

    internal static Invoice Example { get; } = new(
        4711,
        new Guid("0190a5a8-3a51-7c6e-9d2b-1f0e6a6b7c8d"),
        "Ada Lovelace",
        "12 St James's Square, London",
        1_234.56m,
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        [.. Enumerable.Range(0, 8).Select(line => new InvoiceLine($"article {line}", line + 1, 10.5m * line))]);
}
