using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Xunit;

namespace River.Analyzers.Tests.Harness;

public abstract partial class RuleTest
{
    private IEnumerable<CodeFixProvider> Fixes => Parts.Fixes.Where(fix => fix.FixableDiagnosticIds.Contains(rule));

    /// <summary>Checks that a fix, applied one by one and to all places at once, makes code into other code that has no such fault.</summary>
    private protected Task FixesAsync(string before, string after, string? key = null) => FixesAsync(Code.Of(before), Code.Of(after), key);

    /// <inheritdoc cref="FixesAsync(string, string, string?)"/>
    private protected async Task FixesAsync(Code before, Code after, string? key = null)
    {
        await ReportsAsync(before);
        var project = await UserProject.OpenAsync(before, Token);
        await AssertFixedAsync(await FixOneByOneAsync(project, key), after);
        await AssertFixedAsync(await FixAllAsync(project, key), after);
        await ReportsAsync(after);
        await AssertFixedAsync(await FixAllAsync(await UserProject.OpenAsync(before.InWindowsLines(), Token), key), after.InWindowsLines());
    }

    /// <summary>The titles of what is offered at the first place.</summary>
    private protected async Task<IReadOnlyList<string>> OffersAsync(Code code)
    {
        var project = await UserProject.OpenAsync(code, Token);
        var (document, diagnostic) = (await FaultsAsync(project)).First();
        return [.. (await ActionsAsync(document, diagnostic)).Select(offer => offer.Action.Title)];
    }

    private async Task<Project> FixOneByOneAsync(Project project, string? key)
    {
        for (var fixes = 0; ; fixes++)
        {
            Assert.InRange(fixes, 0, 20);
            if (await FaultsAsync(project) is not [var (document, diagnostic), ..])
                return project;
            var (_, action) = Pick(await ActionsAsync(document, diagnostic), key);
            project = await ApplyAsync(action, project);
        }
    }

    /// <summary>The project after a fix of all its places at once.</summary>
    private protected async Task<Project> FixAllAsync(Project project, string? key)
    {
        var (document, first) = (await FaultsAsync(project)).First();
        var (fix, action) = Pick(await ActionsAsync(document, first), key);
        Assert.NotNull(action.EquivalenceKey);
        var context = new FixAllContext(
            document, fix, FixAllScope.Project, action.EquivalenceKey, [rule], new EditorDiagnostics(this), Token);
        var all = await fix.GetFixAllProvider()!.GetFixAsync(context);
        Assert.NotNull(all);
        return await ApplyAsync(all, project);
    }

    private static (CodeFixProvider Fix, CodeAction Action) Pick(IEnumerable<(CodeFixProvider Fix, CodeAction Action)> offers, string? key) =>
        Assert.Single(offers, offer => key is null || offer.Action.EquivalenceKey == key);

    private static async Task<Project> ApplyAsync(CodeAction action, Project project)
    {
        var change = Assert.Single((await action.GetOperationsAsync(Token)).OfType<ApplyChangesOperation>());
        var changed = change.ChangedSolution.GetProject(project.Id)!;
        var changes = changed.GetChanges(project);
        Assert.True(
            changes.GetChangedDocuments().Concat(changes.GetChangedAdditionalDocuments()).Concat(changes.GetAddedAdditionalDocuments()).Any(),
            $"'{action.Title}' changes nothing");
        return changed;
    }

    private async Task<IReadOnlyList<(CodeFixProvider Fix, CodeAction Action)>> ActionsAsync(Document document, Diagnostic diagnostic)
    {
        var actions = new List<(CodeFixProvider, CodeAction)>();
        foreach (var fix in Fixes)
            await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add((fix, action)), Token));
        return actions;
    }

    private async Task<IReadOnlyList<(Document Document, Diagnostic Diagnostic)>> FaultsAsync(Project project)
    {
        var faults = new List<(Document, Diagnostic)>();
        foreach (var document in project.Documents)
            faults.AddRange((await FaultsAsync(document)).Select(diagnostic => (document, diagnostic)));
        return faults;
    }

    private async Task<IEnumerable<Diagnostic>> FaultsAsync(Document document) =>
        (await Analysis.InEditorAsync(document, Token)).Where(diagnostic => diagnostic.Id == rule).OrderBy(diagnostic => diagnostic.Location.SourceSpan);

    private static async Task AssertFixedAsync(Project project, Code after)
    {
        foreach (var (name, markup) in after.Files)
        {
            var document = Assert.Single(project.Documents, document => document.Name == name);
            Assert.Equal(markup.Text, (await document.GetTextAsync(Token)).ToString());
        }

        await AssertTextsAsync(project, after);
    }

    private static async Task AssertTextsAsync(Project project, Code after)
    {
        foreach (var (name, markup) in after.Texts)
        {
            var document = Assert.Single(project.AdditionalDocuments, document => document.Name == name);
            Assert.Equal(markup.Text, (await document.GetTextAsync(Token)).ToString());
        }
    }

    private sealed class EditorDiagnostics(RuleTest test) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            test.FaultsAsync(document);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>([]);

        public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            (await test.FaultsAsync(project)).Select(fault => fault.Diagnostic);
    }
}
