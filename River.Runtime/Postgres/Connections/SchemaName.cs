using System.Text;
using System.Text.RegularExpressions;

namespace River.Postgres.Connections;

/// <summary>The schema that River's tables are in, as it is named, quoted and told to other clients.</summary>
internal sealed partial class SchemaName
{
    public const int MaxLength = 46;

    private SchemaName(string name)
    {
        Name = name;
        Quoted = Quote(name);
    }

    public string Name { get; }

    /// <summary>As an identifier in SQL.</summary>
    public string Quoted { get; }

    /// <summary>Takes a name from the options.</summary>
    /// <exception cref="RiverConfigurationException">It isn't a name that River allows.</exception>
    public static SchemaName FromOptions(string name) =>
        name.Length <= MaxLength && Allowed().IsMatch(name)
            ? new SchemaName(name)
            : throw new RiverConfigurationException([$"RiverOptions.Schema is '{name}', but must be letters, digits and '_', not start with a digit, and have at most {MaxLength} characters."]);

    /// <summary>Takes the name of a schema that exists, which may hold any character.</summary>
    /// <exception cref="RiverConfigurationException">It is too long for the names of notification channels.</exception>
    public static SchemaName FromDatabase(string name) =>
        Encoding.UTF8.GetByteCount(name) <= MaxLength
            ? new SchemaName(name)
            : throw new RiverConfigurationException([$"The connection's schema '{name}' has more than {MaxLength} bytes; name another one in RiverOptions.Schema."]);

    /// <summary>The channel of one of River's topics.</summary>
    public string Channel(string topic) => $"{Name}.{topic}";

    /// <summary>A table, type, sequence or function of River's, as SQL names it.</summary>
    public string Of(string name) => $"{Quoted}.{name}";

    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public override string ToString() => Quoted;

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Allowed();
}
