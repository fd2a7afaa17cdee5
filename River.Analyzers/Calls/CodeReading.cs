using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace River.Analyzers.Calls;

/// <summary>One file's code, as far as some rule may have to do with it.</summary>
internal readonly struct CodeReading
{
    private readonly SemanticModelAnalysisContext _context;
    private readonly FileWords _words;
    private readonly CodeStart _code;
    private readonly RuleFaults _faults;

    public CodeReading(SemanticModelAnalysisContext context, FileWords words, CodeStart code, RuleFaults faults)
    {
        _context = context;
        _words = words;
        _code = code;
        _faults = faults;
    }

    /// <summary>Shows it to the rules.</summary>
    public void Show()
    {
        if (_context.SemanticModel.SyntaxTree.GetRoot(_context.CancellationToken) is not CompilationUnitSyntax root)
            return;
        var isProgram = false;
        foreach (var member in root.Members)
            isProgram |= member is GlobalStatementSyntax && _words.AreIn(member.Span);
        if (isProgram)
            Show(root, root);
        Show(root.Members, WorkerSyntax.None);
    }

    private void Show(SyntaxList<MemberDeclarationSyntax> members, WorkerSyntax worker)
    {
        foreach (var member in members)
        {
            switch (member)
            {
                case BaseNamespaceDeclarationSyntax space:
                    Show(space.Members, WorkerSyntax.None);
                    break;
                case TypeDeclarationSyntax type:
                    ShowType(type);
                    break;
                case GlobalStatementSyntax:
                    break;
                case BaseMethodDeclarationSyntax method:
                    if (_words.AreIn(method.Span) || (worker.MayConcern(method) && IsRun(method)))
                        Show(method, method);
                    break;
                default:
                    if (_words.AreIn(member.Span))
                        ShowParts(member);
                    break;
            }
        }
    }

    /// <summary>Whether a method runs while a job is worked.</summary>
    private bool IsRun(BaseMethodDeclarationSyntax method) =>
        _code.Workers.MethodOf(_context.SemanticModel.GetDeclaredSymbol(method, _context.CancellationToken)) is not null;

    private void ShowType(TypeDeclarationSyntax type)
    {
        var worker = _context.SemanticModel.GetDeclaredSymbol(type, _context.CancellationToken) is INamedTypeSymbol symbol && _code.Workers.IsWorker(symbol)
            ? WorkerSyntax.Of(type, symbol, _code.Rules)
            : WorkerSyntax.None;
        if (type.BaseList is { } bases && _words.AreIn(bases.Span))
            Show(type, type);
        Show(type.Members, worker);
    }

    /// <summary>Initializers, accessors and expressions.</summary>
    private void ShowParts(MemberDeclarationSyntax member)
    {
        switch (member)
        {
            case BaseFieldDeclarationSyntax fields:
                foreach (var field in fields.Declaration.Variables)
                    Show(field.Initializer, field);
                break;
            case PropertyDeclarationSyntax property:
                Show(property.Initializer, property);
                Show(property.ExpressionBody, property);
                ShowAccessors(property);
                break;
            case IndexerDeclarationSyntax indexer:
                Show(indexer.ExpressionBody, indexer);
                ShowAccessors(indexer);
                break;
            case EventDeclarationSyntax one:
                ShowAccessors(one);
                break;
        }
    }

    private void ShowAccessors(BasePropertyDeclarationSyntax property)
    {
        foreach (var accessor in property.AccessorList?.Accessors ?? default)
        {
            if (_words.AreIn(accessor.Span))
                Show(accessor, accessor);
        }
    }

    private void Show(SyntaxNode? code, SyntaxNode declaration)
    {
        if (code is null || (_context.FilterSpan is { } asked && !asked.IntersectsWith(declaration.Span)))
            return;
        var model = _context.SemanticModel;
        if (model.GetOperation(code, _context.CancellationToken) is { } operation && model.GetDeclaredSymbol(declaration, _context.CancellationToken) is { } symbol)
            _code.Show(operation, symbol, _context, _faults);
    }
}
