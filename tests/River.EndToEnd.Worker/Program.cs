using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River;
using River.EndToEnd;

// Works the jobs of one database until its standard input ends or somebody kills it. Arguments: connection string, seconds to rescue after,
// and, for a process that runs them, how many schedules.
await using var dataSource = NpgsqlDataSource.Create(args[0]);
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton<IEffects>(new PostgresEffects(dataSource));
var rescueAfter = TimeSpan.FromSeconds(int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
builder.Services.AddRiver(river => river
    .UsePostgres(args[0])
    .Configure(options =>
    {
        options.RescueAfter = rescueAfter;
        options.RescueInterval = TimeSpan.FromSeconds(1);
        options.JobTimeout = rescueAfter - TimeSpan.FromSeconds(1);
    })
    .AddJobs());
using var host = builder.Build();
await host.StartAsync();
if (args.Length > 2)
    await TickSchedules.AddAsync(host.Services.GetRequiredService<IRiverHost>(), int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture));
Console.WriteLine("ready");
while (await Console.In.ReadLineAsync() is not null)
{
}

await host.StopAsync();
Console.WriteLine("stopped");

internal sealed class PostgresEffects(NpgsqlDataSource dataSource) : IEffects
{
    public async Task RecordAsync(long jobId, int attempt, string phase, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("INSERT INTO fx (job_id, attempt, phase) VALUES ($1, $2, $3)");
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = attempt });
        command.Parameters.Add(new() { Value = phase });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
