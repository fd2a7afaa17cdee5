using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests.Json;

/// <summary>A compiled project whose jobs are written and read: by the generated contract, and by reflection under the same options.</summary>
internal sealed class JsonProject
{
    private const string Probe = """
        public static class Probe
        {
            public static System.Text.Json.Serialization.Metadata.JsonTypeInfo Info<T>() where T : IJobArgs<T> => T.Descriptor.TypeInfo;
        }
        """;

    private readonly LoadedProject _project;

    private JsonProject(LoadedProject project) => _project = project;

    /// <summary>What the generated context would do if it used reflection: the same options, and enums by name.</summary>
    private static JsonSerializerOptions Reflection { get; } = CreateReflectionOptions();

    public static JsonProject Of(string source)
    {
        var project = TestProject.Library("using System.Text.Json.Serialization;\n" + source, Probe).Generate();
        var problems = Readings.ProblemsOf(project.Input);
        Assert.True(problems.IsEmpty, Readings.Describe(problems));
        return new JsonProject(project.Load());
    }

    /// <summary>What a static method of the class <c>Values</c> returns.</summary>
    public object Value(string method) => _project.Call<object>("Values", method);

    public JsonTypeInfo Info(string type) =>
        (JsonTypeInfo)_project.Type("Probe").GetMethod("Info", BindingFlags.Static | BindingFlags.Public)!.MakeGenericMethod(_project.Type(type)).Invoke(null, null)!;

    public string Write(object value) => JsonSerializer.Serialize(value, Info(value.GetType().Name));

    public object? Read(string type, string json) => JsonSerializer.Deserialize(json, Info(type));

    public static string WriteByReflection(object value) => JsonSerializer.Serialize(value, value.GetType(), Reflection);

    public static object? ReadByReflection(Type type, string json) => JsonSerializer.Deserialize(json, type, Reflection);

    public Type Type(string name) => _project.Type(name);

    private static JsonSerializerOptions CreateReflectionOptions()
    {
        var options = RiverJson.CreateOptions();
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver();
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        return options;
    }
}
