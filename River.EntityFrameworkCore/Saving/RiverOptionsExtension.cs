using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace River.EntityFrameworkCore.Saving;

/// <summary>Gives each context the list of its pending jobs, and the interceptor that inserts them.</summary>
internal sealed class RiverOptionsExtension : IDbContextOptionsExtension
{
    public DbContextOptionsExtensionInfo Info => new ExtensionInfo(this);

    public void ApplyServices(IServiceCollection services)
    {
        services.TryAddScoped<PendingJobs>();
        services.AddScoped<IResettableService>(static provider => provider.GetRequiredService<PendingJobs>());
        services.AddScoped<IInterceptor>(static provider => new SaveInterceptor(provider.GetRequiredService<PendingJobs>()));
    }

    public void Validate(IDbContextOptions options)
    {
        // Whether the context's database is River's shows when the first job joins one of its transactions.
    }

    private sealed class ExtensionInfo(IDbContextOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "using River ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["River"] = "1";
    }
}
