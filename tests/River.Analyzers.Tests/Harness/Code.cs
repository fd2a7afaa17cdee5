using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CSharp;

namespace River.Analyzers.Tests.Harness;

/// <summary>A user's project: marked files, and how it is compiled.</summary>
internal sealed record Code
{
    private const string Usings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.Extensions.DependencyInjection;
        global using River;
        """;

    private Code(ImmutableArray<(string Name, Markup Markup)> files) => Files = files;

    public ImmutableArray<(string Name, Markup Markup)> Files { get; private init; }

    public string AssemblyName { get; private init; } = "Sample";

    public string EditorConfig { get; private init; } = "";

    public bool IsProgram { get; private init; }

    /// <summary>Whether its editor ends lines as Windows does.</summary>
    public bool IsOfWindows { get; private init; }

    public bool ReferencesRiver { get; private init; } = true;

    /// <summary>Assemblies that the project doesn't reference though the tests do.</summary>
    public ImmutableArray<string> Unreferenced { get; private init; } = [];

    /// <summary>What its project file tells the compiler, as <c>build_property.Name = value</c>.</summary>
    public ImmutableArray<string> Properties { get; private init; } = [];

    public bool Generates { get; private init; } = true;

    public LanguageVersion Language { get; private init; } = LanguageVersion.Latest;

    /// <summary>What the compiler says beside the rules, because the code is wrong in its eyes too.</summary>
    public ImmutableArray<string> CompilerErrors { get; private init; } = [];

    /// <summary>Whether the compiler's errors are of a sort after which a build runs no analyzers and only an editor does.</summary>
    public bool InEditorOnly { get; private init; }

    public ImmutableArray<Code> Libraries { get; private init; } = [];

    /// <summary>Files that aren't code, such as those of the job contract; marked as code is.</summary>
    public ImmutableArray<(string Name, Markup Markup)> Texts { get; private init; } = [];

    public static Code Of(string file) => new([("Usings.cs", Markup.Parse(Usings)), ("Code.cs", Markup.Parse(file))]);

    /// <summary>Adds a file.</summary>
    public Code And(string name, string file) => this with { Files = Files.Add((name, Markup.Parse(file))) };

    /// <summary>Adds a file that isn't code.</summary>
    public Code AndText(string name, string text) => this with { Texts = Texts.Add((name, Markup.Parse(text))) };

    /// <summary>Puts a text before every file but the usings.</summary>
    public Code WithHead(string head) =>
        this with { Files = [.. Files.Select((file, i) => i == 0 ? file : (file.Name, Markup.Parse(head + file.Markup.Text)))] };

    /// <summary>The same in files as they are on Windows.</summary>
    public Code InWindowsLines()
    {
        return this with { Files = [.. Files.Select(Windows)], Texts = [.. Texts.Select(Windows)], IsOfWindows = true };

        static (string, Markup) Windows((string Name, Markup Markup) file) => (file.Name, Markup.Parse(file.Markup.Text.Replace("\n", "\r\n", StringComparison.Ordinal)));
    }

    /// <summary>A program with an entry point of its own.</summary>
    public Code AsProgram() => this with { IsProgram = true };

    public Code Named(string assembly) => this with { AssemblyName = assembly };

    public Code Configured(string lines) => this with { EditorConfig = "root = true\n[*.cs]\n" + lines + "\n" };

    public Code In(LanguageVersion language) => this with { Language = language };

    /// <summary>Sets an MSBuild property that the compiler sees.</summary>
    public Code With(string property, string value) => this with { Properties = Properties.Add($"build_property.{property} = {value}") };

    public Code Without(string assembly) => this with { Unreferenced = Unreferenced.Add(assembly) };

    public Code WithoutRiver() => this with { ReferencesRiver = false };

    /// <summary>Runs no generator, where its output would stand in the way of what is tested.</summary>
    public Code WithoutGenerator() => this with { Generates = false };

    public Code Referencing(params Code[] libraries) => this with { Libraries = [.. Libraries, .. libraries] };

    /// <summary>Expects errors of the compiler inside method bodies, after which a build still runs the rules.</summary>
    public Code WithErrors(params string[] ids) => this with { CompilerErrors = [.. ids] };

    /// <summary>Expects errors of the compiler in declarations, after which only an editor runs the rules.</summary>
    public Code WithErrorsInEditor(params string[] ids) => this with { CompilerErrors = [.. ids], InEditorOnly = true };
}
