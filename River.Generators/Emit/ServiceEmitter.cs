using System.Linq;
using River.Shapes;

namespace River.Generators.Emit;

/// <summary>Writes how services are taken from a scope named <c>services</c>.</summary>
internal static class ServiceEmitter
{
    private const string Extensions = "global::Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions";
    private const string KeyedExtensions = "global::Microsoft.Extensions.DependencyInjection.ServiceProviderKeyedServiceExtensions";

    public static string New(string type, EquatableArray<ServiceModel> services) =>
        "new " + type + "(" + string.Join(", ", services.Select(Take)) + ")";

    /// <summary>Whether the container is asked at all: it has no numbers and the like, so their defaults stand.</summary>
    public static bool IsTaken(ServiceModel service) => !service.IsValueType || service.Default is null;

    public static string Take(ServiceModel service)
    {
        if (!IsTaken(service))
            return service.Default!;

        var call = (service.Default is null ? "GetRequired" : "Get")
            + (service.Key is null ? "Service" : "KeyedService")
            + "<" + service.Type + ">(services" + (service.Key is null ? "" : ", " + service.Key) + ")";
        var taken = (service.Key is null ? Extensions : KeyedExtensions) + "." + call;
        return service.Default is null ? taken : taken + (service.Default is "null" or "null!" ? "!" : " ?? " + service.Default);
    }

    public static string Dependency(ServiceModel service) =>
        $"new global::River.ServiceDependency(typeof({service.Type}), {CSharpText.Literal(service.Name)}"
        + (service.Key is null ? "" : ", Key: " + service.Key)
        + (service.Default is null ? "" : ", IsOptional: true")
        + ")";
}
