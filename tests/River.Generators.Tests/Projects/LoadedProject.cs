using System.Reflection;
using System.Runtime.Loader;

namespace River.Generators.Tests.Projects;

/// <summary>A project's assembly, loaded to be run.</summary>
internal sealed class LoadedProject(Assembly assembly)
{
    public Assembly Assembly { get; } = assembly;

    /// <summary>Loads projects so that they see each other, as one process does; what is referenced goes first.</summary>
    public static IReadOnlyList<LoadedProject> LoadTogether(params GeneratedProject[] projects)
    {
        var context = new AssemblyLoadContext("together", isCollectible: true);
        return [.. projects.Select(project => new LoadedProject(context.LoadFromStream(new MemoryStream(project.Emit()))))];
    }

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
