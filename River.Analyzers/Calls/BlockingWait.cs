using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>A call that holds its thread until something has happened.</summary>
internal sealed class BlockingWait
{
    private const string Tasks = "System.Threading.Tasks.";

    private readonly IOperation _place;
    private readonly IOperation? _task;

    private BlockingWait(IOperation place, IOperation? task, string name, string instead)
    {
        _place = place;
        _task = task;
        Name = name;
        Instead = instead;
    }

    public string Name { get; }

    /// <summary>What to await.</summary>
    public string Instead { get; }

    /// <summary>Whether something by that name may hold its thread.</summary>
    public static bool IsNameOfOne(string name) => name is "Result" or "Sleep" or "Wait" or "WaitAll" or "WaitAny" or "GetResult";

    public static BlockingWait? Read(IOperation operation) => operation switch
    {
        IPropertyReferenceOperation { Property.Name: "Result", Instance: { } task } when IsTask(task.Type) => new BlockingWait(operation, task, ".Result", "the task"),
        IInvocationOperation { TargetMethod: { Name: "Sleep", ContainingType: var type } } when type.Is("System.Threading.Thread") => new BlockingWait(operation, null, "Thread.Sleep", "Task.Delay"),
        IInvocationOperation { TargetMethod: { Name: "Wait", ContainingType: var type }, Instance: { } task } when type.Is(Tasks + "Task") => new BlockingWait(operation, task, ".Wait()", "the task"),
        IInvocationOperation { TargetMethod: { Name: "WaitAll" or "WaitAny", ContainingType: var type } method } when type.Is(Tasks + "Task") => new BlockingWait(operation, null, "Task." + method.Name, "Task." + method.Name.Replace("Wait", "When")),
        IInvocationOperation { TargetMethod.Name: "GetResult", Instance: IInvocationOperation { TargetMethod.Name: "GetAwaiter", Instance: { } task } } when IsTask(task.Plain().Type) => new BlockingWait(operation, task, "GetAwaiter().GetResult()", "the task"),
        _ => null,
    };

    /// <summary>False where the task is known to be over by then.</summary>
    public bool MayWait()
    {
        if (_task is null)
            return true;
        // Not through an await: what that yields is a task that WhenAny found to be over.
        var task = _task is IAwaitOperation ? _task : Unwrapped(_task);
        return task switch
        {
            IAwaitOperation => false,
            _ when IsBornOver(task) => false,
            // It is given the task when that is over, as in ContinueWith, or asks those of a list behind WhenAll.
            IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } } => false,
            IInvocationOperation or IObjectCreationOperation => true,
            _ => !IsAwaitedBefore(task),
        };
    }

    private static bool IsBornOver(IOperation task) => task is IPropertyReferenceOperation { Property: { Name: "CompletedTask", IsStatic: true } }
        or IInvocationOperation { TargetMethod: { IsStatic: true, Name: "FromResult" or "FromException" or "FromCanceled" } };

    private bool IsAwaitedBefore(IOperation task) => _place.Ancestors().Last().Descendants()
        .Where(earlier => earlier.Syntax.SpanStart < _place.Syntax.SpanStart)
        .Any(earlier => earlier switch
        {
            IAwaitOperation wait => IsSame(wait.Operation.Plain(), task),
            IVariableDeclaratorOperation declared => Unwrapped(task) is ILocalReferenceOperation { Local: var local } && SymbolEqualityComparer.Default.Equals(declared.Symbol, local)
                && declared.GetVariableInitializer() is { Value: var value } && IsBornOver(Unwrapped(value)),
            IInvocationOperation { TargetMethod.Name: "WhenAll" or "WhenAny" or "WhenEach" or "WaitAll" or "WaitAny" } => true,
            IInvocationOperation { TargetMethod.Name: "Wait", Instance: { } of } => IsSame(of, task),
            IPropertyReferenceOperation { Property.Name: "IsCompleted" or "IsCompletedSuccessfully" or "Status" or "IsFaulted", Instance: { } of } => IsSame(of, task),
            _ => false,
        });

    private static bool IsSame(IOperation one, IOperation other) => (Unwrapped(one), Unwrapped(other)) switch
    {
        (ILocalReferenceOperation a, ILocalReferenceOperation b) => SymbolEqualityComparer.Default.Equals(a.Local, b.Local),
        (IParameterReferenceOperation a, IParameterReferenceOperation b) => SymbolEqualityComparer.Default.Equals(a.Parameter, b.Parameter),
        (IMemberReferenceOperation a, IMemberReferenceOperation b) => SymbolEqualityComparer.Default.Equals(a.Member, b.Member),
        _ => false,
    };

    private static IOperation Unwrapped(IOperation value) => value is IAwaitOperation ? value : value switch
    {
        IConversionOperation conversion => Unwrapped(conversion.Operand),
        IParenthesizedOperation parenthesized => Unwrapped(parenthesized.Operand),
        IInvocationOperation { TargetMethod.Name: "ConfigureAwait" or "AsTask" or "Preserve", Instance: { } task } => Unwrapped(task),
        _ => value,
    };

    private static bool IsTask(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Is(Tasks + "Task") || type.Is(Tasks + "ValueTask"))
                return true;
        }

        return false;
    }
}
