using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace River.Generators.Tests.Frozen;

/// <summary>
/// Jobs that were compiled with an older package run on this runtime as they are: binaries in the folders beside this file,
/// each with its source and what it says when its jobs are worked. CONTRIBUTING.md says how to freeze another one.
/// </summary>
public sealed class FrozenAssemblyTests
{
    private static readonly string Folder = Path.Combine(
        typeof(FrozenAssemblyTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "ProjectDirectory").Value!, "Frozen");

    public static TheoryData<string> Assemblies => [.. Directory.EnumerateDirectories(Folder).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Assemblies))]
    public async Task Jobs_of_an_older_package_are_worked_by_this_runtime(string folder)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        var assembly = new AssemblyLoadContext(folder, isCollectible: true).LoadFromAssemblyPath(Path.Combine(Folder, folder, "Frozen.Jobs.dll"));
        var entry = assembly.GetType("Frozen.Entry", throwOnError: true)!;
        var database = Directory.CreateTempSubdirectory("river-frozen-");
        try
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            Invoke(entry, "AddServices", builder.Services);
            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddRiver(river =>
            {
                river.UseSqlite($"Data Source={Path.Combine(database.FullName, "jobs.db")};Pooling=False").MigrateOnStart();
                Register(assembly, river);
            });
            using var host = builder.Build();
            await host.StartAsync(limit.Token);

            var worked = await (Task<string[]>)Invoke(entry, "WorkAsync", host.Services, limit.Token)!;

            Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(Folder, folder, "worked.txt"), limit.Token), worked);
            await host.StopAsync(limit.Token);
        }
        finally
        {
            database.Delete(recursive: true);
        }
    }

    // As the generated code of a host that references the assembly does.
    private static void Register(Assembly assembly, RiverBuilder river) =>
        Invoke(assembly.GetCustomAttribute<RiverManifestAttribute>()!.Registration!, "Register", river);

    private static object? Invoke(Type type, string method, params object?[] arguments) =>
        type.GetMethod(method)!.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
}
