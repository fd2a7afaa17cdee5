using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER027: writes the upgrade that brings stored arguments up to a changed shape, or adds to the one that is there.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UpgradeFix)), Shared]
public sealed class UpgradeFix : RuleFix
{
    private const string Method = "Upgrade";
    private const string Attribute = "Upgrades";
    private const string Interface = "IArgsUpgrade";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.ContractBreak);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (!place.Diagnostic.Properties.TryGetValue(FixHints.Upgrade, out var hint) || hint is null
            || !place.Diagnostic.Properties.TryGetValue(FixHints.Job, out var job)
            || JobAt(place, job) is not { } type
            || place.Model.GetDeclaredSymbol(type, place.CancellationToken) is not { } symbol
            || (UpgradeOf(type) is null ? symbol.AllInterfaces.Any(one => one.Name == Interface) : UpgradeOf(type)!.Body is null))
        {
            yield break;
        }

        var paths = hint.Split('\n');
        var newLine = place.Node.SyntaxTree.GetText(place.CancellationToken).ToString().Contains("\r\n") ? "\r\n" : "\n";
        // Jobs that share a type have the same faults with the same paths.
        var title = $"Bring '{paths[0]}' up {(paths.Length == 1 ? "" : $"to '{paths[1]}' ")}by an args upgrade of {type.Identifier.ValueText}";
        yield return new Edit(title, "upgrade", editor => editor.ReplaceNode(type, (node, _) => With((TypeDeclarationSyntax)node, paths, newLine)));
    }

    /// <summary>
    /// The job's declaration: the part that has the upgrade already, else the one around the place, or in the same file where the
    /// place is in a type that the job holds.
    /// </summary>
    private static TypeDeclarationSyntax? JobAt(Place place, string? job)
    {
        var parts = place.Node.SyntaxTree.GetRoot(place.CancellationToken).DescendantNodes().OfType<TypeDeclarationSyntax>().Where(IsJob).ToArray();
        return parts.FirstOrDefault(part => UpgradeOf(part) is not null)
            ?? place.Node.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().FirstOrDefault(IsJob)
            ?? parts.FirstOrDefault();

        bool IsJob(TypeDeclarationSyntax type) =>
            place.Model.GetDeclaredSymbol(type, place.CancellationToken)?.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) == job;
    }

    private static MethodDeclarationSyntax? UpgradeOf(TypeDeclarationSyntax type) =>
        type.Members.OfType<MethodDeclarationSyntax>().FirstOrDefault(one => one.Identifier.ValueText == Method && one.ParameterList.Parameters.Count == 2);

    private static TypeDeclarationSyntax With(TypeDeclarationSyntax type, string[] paths, string newLine)
    {
        if (UpgradeOf(type) is { } written)
            return Named(written, paths[0]) ? type : type.ReplaceNode(written, Grown(written, paths, newLine));

        var method = SyntaxFactory.ParseMemberDeclaration(
            $$"""
            [global::River.Upgrades({{Literals(paths)}})]
            public static void Upgrade(global::System.Text.Json.Nodes.JsonObject args, global::River.JobRow job)
            {
            {{Statement(paths, "args")}}
            }

            """.Replace("\r\n", "\n").Replace("\n", newLine))!.WithAdditionalAnnotations(Simplifier.Annotation, Formatter.Annotation);
        return WithInterface(WithBody(type, newLine), newLine).AddMembers(method);
    }

    /// <summary>The type with braces: a record that says all in its parameters has none.</summary>
    private static TypeDeclarationSyntax WithBody(TypeDeclarationSyntax type, string newLine)
    {
        if (!type.OpenBraceToken.IsKind(SyntaxKind.None) && !type.OpenBraceToken.IsMissing)
            return type;
        var end = SyntaxFactory.EndOfLine(newLine);
        var bare = type.WithSemicolonToken(default);
        var behind = type.SemicolonToken.TrailingTrivia;
        return bare.ReplaceToken(bare.GetLastToken(), bare.GetLastToken().WithTrailingTrivia(end))
            .WithOpenBraceToken(SyntaxFactory.Token(SyntaxKind.OpenBraceToken).WithTrailingTrivia(end))
            .WithCloseBraceToken(SyntaxFactory.Token(SyntaxKind.CloseBraceToken).WithTrailingTrivia(behind));
    }

    private static TypeDeclarationSyntax WithInterface(TypeDeclarationSyntax type, string newLine)
    {
        var one = SyntaxFactory.SimpleBaseType(SyntaxFactory.ParseTypeName("global::River." + Interface).WithAdditionalAnnotations(Simplifier.Annotation));
        if (type.BaseList is { } bases)
            return type.WithBaseList(bases.WithTypes(bases.Types.Replace(bases.Types.Last(), bases.Types.Last().WithoutTrailingTrivia()).Add(one.WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(bases.GetTrailingTrivia()))));

        var before = type.ParameterList?.CloseParenToken ?? type.TypeParameterList?.GreaterThanToken ?? type.Identifier;
        var colon = SyntaxFactory.Token(SyntaxKind.ColonToken).WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(SyntaxFactory.Space);
        return type.ReplaceToken(before, before.WithTrailingTrivia())
            .WithBaseList(SyntaxFactory.BaseList(colon, SyntaxFactory.SingletonSeparatedList<BaseTypeSyntax>(one.WithTrailingTrivia(SyntaxFactory.EndOfLine(newLine)))));
    }

    private static MethodDeclarationSyntax Grown(MethodDeclarationSyntax method, string[] paths, string newLine)
    {
        var name = method.ParameterList.Parameters[0].Identifier.Text;
        var statement = SyntaxFactory.ParseStatement(Statement(paths, name).Replace("\n", newLine) + newLine).WithAdditionalAnnotations(Simplifier.Annotation, Formatter.Annotation);
        var body = method.Body!;
        // What must still be written comes first: the rest would hide that it is missing.
        var grown = method.WithBody(body.WithStatements(body.Statements.Insert(0, statement)));
        if (AttributeOf(grown) is { } attribute)
        {
            var more = SyntaxFactory.ParseAttributeArgumentList("(" + Literals(paths) + ")")!.Arguments;
            var list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
            return grown.ReplaceNode(attribute, attribute.WithArgumentList(SyntaxFactory.AttributeArgumentList(SyntaxFactory.SeparatedList(
                list.Arguments.Concat(more).Select(one => one.WithoutTrivia())).WithSpaces())));
        }

        var added = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Attribute(
            SyntaxFactory.ParseName("global::River." + Attribute), SyntaxFactory.ParseAttributeArgumentList("(" + Literals(paths) + ")"))))
            .WithTrailingTrivia(SyntaxFactory.EndOfLine(newLine)).WithAdditionalAnnotations(Simplifier.Annotation, Formatter.Annotation);
        return grown.WithoutLeadingTrivia().WithAttributeLists(grown.AttributeLists.Insert(0, added)).WithLeadingTrivia(grown.GetLeadingTrivia());
    }

    private static AttributeSyntax? AttributeOf(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(one => one.Name.ToString() is var name && (name.EndsWith(Attribute, System.StringComparison.Ordinal) || name.EndsWith(Attribute + "Attribute", System.StringComparison.Ordinal)));

    private static bool Named(MethodDeclarationSyntax method, string path) =>
        AttributeOf(method)?.ArgumentList?.Arguments.Any(one => one.Expression is LiteralExpressionSyntax literal && literal.Token.ValueText == path) == true;

    private static string Statement(string[] paths, string args) => paths.Length == 2 && !paths[0].Contains('.') && !paths[1].Contains('.')
        ? $"if ({args}.TryGetPropertyValue({Literal(paths[0])}, out var old) && {args}.Remove({Literal(paths[0])}))\n    {args}[{Literal(paths[1])}] = old;"
        : $"throw new global::System.NotImplementedException({Literal($"Bring '{paths[0]}' up to its new shape here, and leave arguments alone that have it.")});";

    private static string Literals(IEnumerable<string> paths) => string.Join(", ", paths.Select(Literal));

    private static string Literal(string text) => SyntaxFactory.Literal(text).Text;
}

internal static class SpacedLists
{
    /// <summary>The list with a space behind each comma.</summary>
    public static SeparatedSyntaxList<T> WithSpaces<T>(this SeparatedSyntaxList<T> list)
        where T : SyntaxNode => SyntaxFactory.SeparatedList<T>(list.GetWithSeparators().Select(one => one.IsToken ? (SyntaxNodeOrToken)one.AsToken().WithTrailingTrivia(SyntaxFactory.Space) : one));
}
