using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>Steps of one name in one run of a worker: it resumes by the names, so the second would fail the attempt.</summary>
internal sealed class RepeatedStep : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.RepeatedStep,
        "A step's name is used twice",
        "{0}",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A job resumes behind the last step that is stored as done, which it finds by name. A name that comes twice in one attempt fails it.",
        Rule.Page(RuleIds.RepeatedStep));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override bool MayConcern(SyntaxNode node) => node is SimpleNameSyntax { Identifier.ValueText: StepCall.Method };

    public override void Start(CodeStart start)
    {
        var (known, code) = (start.Known, start.Workers);
        start.RegisterBodyAction(body => Analyze(body, code, known));
    }

    private static void Analyze(OperationContext context, WorkerCode code, KnownTypes known)
    {
        if (code.MethodOf(context.ContainingSymbol) is null)
            return;
        var earlier = new List<(string Name, IInvocationOperation Call)>();
        foreach (var call in context.Operation.Descendants().OfType<IInvocationOperation>())
        {
            if (NameOf(call, known) is not var (name, argument))
                continue;
            var where = argument.Syntax.GetLocation();
            if (LoopOf(call) is not null)
                Report($"step '{name}' stands in a loop, so a second turn fails the attempt: steps are found again by their names; give each turn a name of its own, or go through all in one step with a cursor");
            else if (earlier.Any(one => one.Name == name && MayFollow(one.Call, call)))
                Report($"step '{name}' comes a second time, which fails the attempt: steps are found again by their names; give this one a name of its own");
            earlier.Add((name, call));

            void Report(string message) => context.ReportDiagnostic(Diagnostic.Create(Descriptor, where, message));
        }
    }

    private static (string Name, IOperation Argument)? NameOf(IInvocationOperation call, KnownTypes known) =>
        StepCall.NameOf(call, known) is { ConstantValue: { HasValue: true, Value: string name } } value
            ? (name, value)
            : null;

    /// <summary>The loop that comes to the call again; none where something in it may leave it before.</summary>
    private static ILoopOperation? LoopOf(IInvocationOperation call)
    {
        var function = call.Function();
        var loop = call.Ancestors().TakeWhile(outer => !ReferenceEquals(outer, function)).OfType<ILoopOperation>().FirstOrDefault();
        // What a function inside returns doesn't leave the loop.
        return loop is not null && !loop.Body.DescendantsAndSelf().Any(one => Leaves(one) && ReferenceEquals(one.Function(), function)) ? loop : null;
    }

    /// <summary>Whether one run can come to both calls, as far as the shape of the code tells; when in doubt, not.</summary>
    private static bool MayFollow(IInvocationOperation first, IInvocationOperation second)
    {
        if (!ReferenceEquals(first.Function(), second.Function()))
            return false;
        var around = new HashSet<IOperation>(second.Ancestors());
        foreach (var outer in first.Ancestors())
        {
            if (around.Contains(outer))
                return !Divides(outer);
            // A branch that ends here doesn't come to what follows.
            if (outer is IBlockOperation branch && branch.Operations.Any(Leaves))
                return false;
        }

        return false;
    }

    private static bool Divides(IOperation outer) => outer is IConditionalOperation or ISwitchOperation or ISwitchCaseOperation or ISwitchExpressionOperation or ITryOperation or ICoalesceOperation or IBinaryOperation;

    private static bool Leaves(IOperation operation) => operation is IReturnOperation or IThrowOperation or IBranchOperation || (operation is IExpressionStatementOperation { Operation: IThrowOperation });
}
