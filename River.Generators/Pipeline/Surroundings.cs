using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace River.Generators.Pipeline;

/// <summary>
/// What all declarations of a compilation depend on beside themselves: each other, references, options and, for what references
/// let it see, the assembly's name. An edit in the body
/// of a method, or of a comment, leaves it as it is, and that is what nearly all edits are.
/// </summary>
internal sealed class Surroundings
{
    private readonly object _lock = new();
    private ImmutableArray<SyntaxTree> _files = ImmutableArray<SyntaxTree>.Empty;
    private ImmutableArray<MetadataReference> _references = ImmutableArray<MetadataReference>.Empty;
    private CompilationOptions? _options;
    private string? _assembly;
    private int _number;

    /// <summary>A number that two compilations share only if declarations mean the same in both.</summary>
    public int Of(Compilation compilation)
    {
        var files = compilation.SyntaxTrees.ToImmutableArray();
        var references = compilation.References.ToImmutableArray();
        lock (_lock)
        {
            if (compilation.AssemblyName != _assembly || !references.SequenceEqual(_references) || !compilation.Options.Equals(_options) || !AreAlike(files, _files))
                _number++;
            _files = files;
            _references = references;
            _options = compilation.Options;
            _assembly = compilation.AssemblyName;
            return _number;
        }
    }

    private static bool AreAlike(ImmutableArray<SyntaxTree> files, ImmutableArray<SyntaxTree> others)
    {
        if (files.Length != others.Length)
            return false;
        for (var i = 0; i < files.Length; i++)
        {
            var (file, other) = (files[i], others[i]);
            if (file != other && !(file.Options.Equals(other.Options) && SyntaxFactory.AreEquivalent(file, other, topLevel: true)))
                return false;
        }

        return true;
    }
}
