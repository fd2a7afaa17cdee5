using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>One line of a contract file.</summary>
internal sealed class ContractLine
{
    private readonly string _path;
    private readonly TextSpan _span;
    private readonly LinePositionSpan _place;

    public ContractLine(string text, bool isShipped, string path, TextSpan span, LinePositionSpan place)
    {
        Text = text;
        Fact = ContractFact.OfLine(text);
        IsShipped = isShipped;
        _path = path;
        _span = span;
        _place = place;
    }

    public string Text { get; }

    public ContractFact Fact { get; }

    public bool IsShipped { get; }

    public Location Location => Location.Create(_path, _span, _place);

    public bool IsIn(AdditionalText file) => _path == file.Path;
}
