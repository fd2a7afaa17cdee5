using Backfill.Api;
using Backfill.Contracts;
using Microsoft.EntityFrameworkCore;
using River;

var builder = WebApplication.CreateBuilder(args);
var database = builder.Configuration["postgres"]
    ?? throw new InvalidOperationException("Say where PostgreSQL is: --postgres \"Host=localhost;Username=app;Password=…;Database=app\"");

builder.Services.AddDbContext<BackfillDb>(options => options.UseNpgsql(database).UseRiver());

// Insert-only: no workers, queues or loops run here.
builder.Services.AddRiverClient(river => river.UsePostgres(database).MigrateOnStart().AddJobs());

await using var app = builder.Build();
await using (var scope = app.Services.CreateAsyncScope())
{
    // An application would use EF Core's migrations.
    await scope.ServiceProvider.GetRequiredService<BackfillDb>().Database.ExecuteSqlRawAsync(
        """
        CREATE TABLE IF NOT EXISTS backfill (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rows integer NOT NULL, copied integer NOT NULL DEFAULT 0, closed_at timestamptz);
        CREATE TABLE IF NOT EXISTS backfill_chunk (backfill_id bigint, first_row integer, PRIMARY KEY (backfill_id, first_row));
        """);
}

// The request and its job, in one transaction: the job's arguments are read when the database has made the key.
app.MapPost("/backfills", async (int rows, BackfillDb db, IJobClient jobs, CancellationToken cancellationToken) =>
{
    var request = new BackfillRequest { Rows = rows };
    db.Requests.Add(request);
    await jobs.In(db).EnqueueAsync(() => new StartBackfill(request.Id), cancellationToken: cancellationToken);
    await db.SaveChangesAsync(cancellationToken);
    return Results.Created($"/backfills/{request.Id}", request);
});

app.MapGet("/backfills/{id:long}", async (long id, BackfillDb db, CancellationToken cancellationToken) =>
    await db.Requests.FindAsync([id], cancellationToken) is { } request ? Results.Ok(request) : Results.NotFound());

await app.RunAsync();
