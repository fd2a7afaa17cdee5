using Backfill.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using River;

var builder = Host.CreateApplicationBuilder(args);
var database = builder.Configuration["postgres"]
    ?? throw new InvalidOperationException("Say where PostgreSQL is: --postgres \"Host=localhost;Username=app;Password=…;Database=app\"");

builder.Services.AddSingleton(NpgsqlDataSource.Create(database));
builder.Services.AddSingleton<Backfills>();
builder.Services.AddRiver(river => river.UsePostgres(database).MigrateOnStart().AddJobs());

await builder.Build().RunAsync();
