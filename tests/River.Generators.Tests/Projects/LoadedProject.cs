using System.Reflection;

namespace River.Generators.Tests.Projects;

/// <summary>A project's assembly, loaded to be run.</summary>
internal sealed class LoadedProject(Assembly assembly)
{
    public Assembly Assembly { get; } = assembly;

    public Type Type(string name) => Assembly.GetType(name, throwOnError: true)!;

    /// <summary>Calls a static method without parameters that the project's source declares.</summary>
    public T Call<T>(string type, string method, params object?[] arguments)
    {
        try
        {
            return (T)Type(type).GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!.Invoke(null, arguments)!;
        }
        catch (TargetInvocationException error) when (error.InnerException is { } inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }
}
