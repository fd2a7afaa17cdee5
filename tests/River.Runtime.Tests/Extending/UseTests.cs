using Microsoft.Extensions.DependencyInjection;
using River.Tests.Harness;
using Xunit;

namespace River.Tests.Extending;

/// <summary>How extensions are registered by an application.</summary>
public sealed class UseTests
{
    [Fact]
    public void What_works_jobs_is_scoped_and_what_inserts_a_singleton_unless_the_application_says_otherwise()
    {
        var services = new ServiceCollection();
        services.AddTransient<Second>();
        services.AddRiverClient(river => river.Use<Scripted>().Use<Scripted>().UseForJob<Probe, ScriptedInsert>().UseForWorker<ExtendedWorker, Second>());

        Assert.Equal(ServiceLifetime.Scoped, Assert.Single(services, one => one.ServiceType == typeof(Scripted)).Lifetime);
        Assert.Equal(ServiceLifetime.Singleton, Assert.Single(services, one => one.ServiceType == typeof(ScriptedInsert)).Lifetime);
        Assert.Equal(ServiceLifetime.Transient, Assert.Single(services, one => one.ServiceType == typeof(Second)).Lifetime);
    }
}
