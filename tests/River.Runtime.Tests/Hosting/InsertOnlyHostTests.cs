using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace River.Tests.Hosting;

public sealed class InsertOnlyHostTests
{
    public static TheoryData<string> Members => [.. typeof(IRiverHost).GetMethods().Where(method => !method.IsStatic).Select(method => method.Name).Distinct()];

    [Theory, MemberData(nameof(Members))]
    public void Every_member_says_what_was_called_why_it_can_not_work_and_what_to_do(string name)
    {
        var services = new ServiceCollection();
        services.AddRiverClient(_ => { });
        using var provider = services.BuildServiceProvider();
        var host = provider.GetRequiredService<IRiverHost>();

        foreach (var method in typeof(IRiverHost).GetMethods().Where(method => method.Name == name))
        {
            var callable = method.IsGenericMethodDefinition ? method.MakeGenericMethod([.. method.GetGenericArguments().Select(_ => typeof(SendMail))]) : method;
            var arguments = callable.GetParameters().Select(parameter => parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null).ToArray();

            var error = Assert.IsType<InvalidOperationException>(Assert.Throws<TargetInvocationException>(() => callable.Invoke(host, arguments)).InnerException);

            var call = name.StartsWith("get_", StringComparison.Ordinal) ? name[4..] : name;
            Assert.Contains($"IRiverHost.{call} ", error.Message, StringComparison.Ordinal);
            Assert.Contains("AddRiverClient, which only enqueues", error.Message, StringComparison.Ordinal);
            Assert.Contains("Add it with AddRiver", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_client_that_works_jobs_has_a_host_with_its_name()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRiver(river => river.UseSqlite("Data Source=unused.db").Configure(options => options.ClientId = "here"));
        using var provider = services.BuildServiceProvider();

        Assert.Equal("here", provider.GetRequiredService<IRiverHost>().ClientId);
    }
}
