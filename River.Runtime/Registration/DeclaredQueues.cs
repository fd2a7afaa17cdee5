using River.Grammar;

namespace River.Registration;

/// <summary>The queues that jobs may be enqueued to: everything declared, worked here or elsewhere.</summary>
internal sealed class DeclaredQueues
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<string> _patterns = [];

    public DeclaredQueues(IEnumerable<QueueDeclaration> declarations)
    {
        foreach (var declaration in declarations)
        {
            if (!declaration.Dynamic)
                _names.Add(declaration.Name);
            else if (!_patterns.Contains(declaration.Name, StringComparer.Ordinal))
                _patterns.Add(declaration.Name);
        }
    }

    /// <summary>Whether a name is declared by itself.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>Whether a valid name is declared by itself or belongs to a declared family.</summary>
    public bool Includes(string name) => Contains(name) || _patterns.Exists(pattern => QueueName.Matches(pattern, name));

    /// <summary>The declared name, or pattern, that a misspelt one most likely stands for; null when none is similar.</summary>
    public string? NearestTo(string name) => Nearest.Of(name, _names.Concat(_patterns));
}
