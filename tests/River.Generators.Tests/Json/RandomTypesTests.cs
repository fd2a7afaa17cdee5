using System.Text;

namespace River.Generators.Tests.Json;

/// <summary>Types put together at random: what each part does alone is known, so this asks what they do together.</summary>
public sealed class RandomTypesTests
{
    private const int Jobs = 40;

    private static readonly (string Type, string[] Values)[] Leaves =
    [
        ("bool", ["true", "false"]),
        ("int", ["0", "-7", "int.MaxValue"]),
        ("long", ["long.MinValue", "42L"]),
        ("double", ["0.1", "-1e100"]),
        ("decimal", ["1.10m"]),
        ("char", ["'x'", "'\\''"]),
        ("string", ["\"\"", "\"a\\\"ü\\n\""]),
        ("Guid", ["Guid.Empty", "new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)"]),
        ("DateTimeOffset", ["DateTimeOffset.UnixEpoch"]),
        ("DateOnly", ["new DateOnly(2026, 11, 21)"]),
        ("TimeSpan", ["TimeSpan.FromSeconds(90)"]),
        ("Uri", ["new Uri(\"https://example.com/x\")"]),
        ("byte[]", ["new byte[] { 1, 2 }", "new byte[0]"]),
        ("Mode", ["Mode.DryRun", "(Mode)7"]),
        ("Point", ["new Point(1, 2)", "default(Point)"]),
    ];

    private static readonly string[] ValueTypes = ["bool", "int", "long", "double", "decimal", "char", "Guid", "DateTimeOffset", "DateOnly", "TimeSpan", "Mode", "Point"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20261121)]
    public void Our_json_is_what_reflection_writes_for_types_put_together_at_random(int seed)
    {
        var random = new Random(seed);
        var source = new StringBuilder("public enum Mode { DryRun, Force } public record struct Point(int X, int Y);\n");
        var values = new StringBuilder("public static class Values\n{\n");
        for (var i = 0; i < Jobs; i++)
        {
            var (declaration, value) = Object(random, $"Job{i}", isJob: true, depth: 2, source);
            source.AppendLine(declaration);
            values.AppendLine($"    public static object Value{i}() => {value};");
        }

        var project = JsonProject.Of(source.Append(values).Append('}').ToString());
        for (var i = 0; i < Jobs; i++)
        {
            var value = project.Value($"Value{i}");
            var json = project.Write(value);

            Assert.Equal(JsonProject.WriteByReflection(value), json);
            Assert.Equal(json, project.Write(project.Read($"Job{i}", json)!));
        }
    }

    private static (string Declaration, string Value) Object(Random random, string name, bool isJob, int depth, StringBuilder source)
    {
        var members = Enumerable.Range(0, random.Next(0, 7)).Select(i => (Name: $"Member{i}", Member: Member(random, $"{name}Nested{i}", depth, source))).ToArray();
        var head = (isJob ? "[Job] public sealed partial " : "public sealed ") + random.Next(3) switch
        {
            0 when members.Length > 0 => $"record {name}({string.Join(", ", members.Select(one => $"{one.Member.Type} {one.Name}"))});",
            1 => $"class {name} {{ {string.Concat(members.Select(one => $"public {one.Member.Type} {one.Name} {{ get; set; }} = default!; "))}}}",
            _ => $"record {name} {{ {string.Concat(members.Select(one => $"public {(random.Next(2) == 0 ? "required " : "")}{one.Member.Type} {one.Name} {{ get; init; }} = default!; "))}}}",
        };
        var value = head.Contains($"{name}(", StringComparison.Ordinal)
            ? $"new {name}({string.Join(", ", members.Select(one => one.Member.Value))})"
            : $"new {name} {{ {string.Join(", ", members.Select(one => $"{one.Name} = {one.Member.Value}"))} }}";
        return (head, value);
    }

    private static (string Type, string Value) Member(Random random, string name, int depth, StringBuilder source)
    {
        if (depth == 0 || random.Next(3) == 0)
        {
            var (type, values) = Leaves[random.Next(Leaves.Length)];
            var value = values[random.Next(values.Length)];
            return random.Next(4) switch
            {
                0 => (type + "?", "null"),
                1 when ValueTypes.Contains(type, StringComparer.Ordinal) => (type + "?", value),
                _ => (type, value),
            };
        }

        if (random.Next(3) == 0)
        {
            var (declaration, value) = Object(random, name, isJob: false, depth - 1, source);
            source.AppendLine(declaration);
            return random.Next(3) == 0 ? (name + "?", "null") : (name, value);
        }

        var (element, item) = Member(random, name, depth - 1, source);
        return random.Next(6) switch
        {
            0 => (element + "[]", $"new {element}[] {{ {item}, {item} }}"),
            1 => ($"List<{element}>", $"new List<{element}> {{ {item} }}"),
            2 => ($"IReadOnlyList<{element}>", $"new List<{element}>()"),
            3 => ($"Dictionary<string, {element}>", $"new Dictionary<string, {element}> {{ [\"Key One\"] = {item} }}"),
            4 => ($"System.Collections.Immutable.ImmutableArray<{element}>", $"System.Collections.Immutable.ImmutableArray.Create(new {element}[] {{ {item} }})"),
            _ => ($"IReadOnlyDictionary<string, {element}>?", $"new Dictionary<string, {element}> {{ [\"k\"] = {item} }}"),
        };
    }
}
