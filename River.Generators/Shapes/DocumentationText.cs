using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Shapes;

/// <summary>
/// What a documentation comment says, as text for another comment. It is taken from the syntax: references in it are
/// shown as code, because they need not mean the same where the generated method stands.
/// </summary>
internal sealed class DocumentationText
{
    private static readonly DocumentationText None = new(null, new Dictionary<string, string>());

    private readonly Dictionary<string, string> _parameters;

    private DocumentationText(string? summary, Dictionary<string, string> parameters)
    {
        Summary = summary;
        _parameters = parameters;
    }

    public string? Summary { get; }

    public static DocumentationText Of(ISymbol symbol, CancellationToken cancellationToken)
    {
        foreach (var reference in symbol.DeclaringSyntaxReferences)
        {
            var comment = reference.GetSyntax(cancellationToken).GetLeadingTrivia()
                .Select(trivia => trivia.GetStructure())
                .OfType<DocumentationCommentTriviaSyntax>()
                .LastOrDefault();
            if (comment is not null)
                return Read(comment);
        }

        return None;
    }

    public string? Parameter(string name) => _parameters.TryGetValue(name, out var text) ? text : null;

    private static DocumentationText Read(DocumentationCommentTriviaSyntax comment)
    {
        string? summary = null;
        var parameters = new Dictionary<string, string>();
        foreach (var element in comment.Content.OfType<XmlElementSyntax>())
        {
            switch (element.StartTag.Name.LocalName.ValueText)
            {
                case "summary":
                    summary = Text(element.Content);
                    break;
                case "param" when element.StartTag.Attributes.OfType<XmlNameAttributeSyntax>().FirstOrDefault() is { } name:
                    parameters[name.Identifier.Identifier.ValueText] = Text(element.Content);
                    break;
            }
        }

        return new DocumentationText(summary, parameters);
    }

    private static string Text(IEnumerable<XmlNodeSyntax> content)
    {
        var text = new StringBuilder();
        Append(text, content);
        return string.Join(" ", text.ToString().Split(new[] { ' ', '\t', '\r', '\n' }, System.StringSplitOptions.RemoveEmptyEntries));
    }

    private static void Append(StringBuilder text, IEnumerable<XmlNodeSyntax> content)
    {
        foreach (var node in content)
        {
            switch (node)
            {
                case XmlTextSyntax plain:
                    foreach (var token in plain.TextTokens)
                        text.Append(token.IsKind(SyntaxKind.XmlTextLiteralNewLineToken) ? " " : Escape(token.ValueText));
                    break;
                case XmlElementSyntax { StartTag.Name.LocalName.ValueText: "c" } code:
                    text.Append("<c>");
                    Append(text, code.Content);
                    text.Append("</c>");
                    break;
                case XmlElementSyntax element:
                    text.Append(' ');
                    Append(text, element.Content);
                    text.Append(' ');
                    break;
                case XmlEmptyElementSyntax empty:
                    AppendReference(text, empty);
                    break;
                case XmlCDataSectionSyntax cdata:
                    foreach (var token in cdata.TextTokens)
                        text.Append(Escape(token.ValueText));
                    break;
            }
        }
    }

    private static void AppendReference(StringBuilder text, XmlEmptyElementSyntax element)
    {
        foreach (var attribute in element.Attributes)
        {
            var name = attribute switch
            {
                XmlCrefAttributeSyntax cref => cref.Cref.ToString(),
                XmlNameAttributeSyntax parameter => parameter.Identifier.Identifier.ValueText,
                XmlTextAttributeSyntax other => string.Concat(other.TextTokens.Select(token => token.ValueText)),
                _ => "",
            };
            text.Append("<c>").Append(Escape(name)).Append("</c>");
            return;
        }
    }

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
