using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>A value that means another moment on another machine.</summary>
internal readonly struct LocalTime
{
    public LocalTime(IOperation operation, string name, string reason)
    {
        Operation = operation;
        Name = name;
        Reason = reason;
    }

    public IOperation Operation { get; }

    public string Name { get; }

    public string Reason { get; }
}

/// <summary>Finds times of a <c>DateTime</c> that is local, or of no kind; what can't be told is taken to be right.</summary>
internal static class WallClock
{
    private const string OfMachine = "it is this machine's local time, which jumps when summer time starts and ends";
    private const string OfNoKind = "it is of no kind and is taken for this machine's local time";

    /// <summary>The time that becomes a <c>DateTimeOffset</c> without saying of which zone.</summary>
    public static LocalTime? LocalTimeIn(IOperation value) => value switch
    {
        IConversionOperation { Operand: var operand } conversion => IsDateTime(operand.Type) ? Of(operand) : LocalTimeIn(conversion.Operand),
        IParenthesizedOperation parenthesized => LocalTimeIn(parenthesized.Operand),
        // The constructor that is also told an offset is plain enough.
        IObjectCreationOperation { Arguments: { Length: 1 } arguments, Type: var type } when type.Is("System.DateTimeOffset") && IsDateTime(arguments[0].Parameter?.Type) => Of(arguments[0].Value),
        IConditionalOperation { WhenFalse: { } other } choice => LocalTimeIn(choice.WhenTrue) ?? LocalTimeIn(other),
        ICoalesceOperation choice => LocalTimeIn(choice.WhenNull),
        _ => null,
    };

    /// <summary>The first <c>DateTime.Now</c> or <c>DateTime.Today</c> that a span is reckoned from.</summary>
    public static LocalTime? NowIn(IOperation value) => value.DescendantsAndSelf().OfType<IPropertyReferenceOperation>()
        .Where(property => property.Property is { IsStatic: true, Name: "Now" or "Today" } && IsDateTime(property.Property.ContainingType))
        .Select(property => (LocalTime?)new LocalTime(property, "'DateTime." + property.Property.Name + "'", OfMachine))
        .FirstOrDefault();

    private static LocalTime? Of(IOperation time)
    {
        var found = Origin(time);
        return found is { } local ? new LocalTime(time, local.Name, local.Reason) : null;
    }

    private static LocalTime? Origin(IOperation time)
    {
        switch (time)
        {
            case IConversionOperation conversion:
                return Origin(conversion.Operand);
            case IParenthesizedOperation parenthesized:
                return Origin(parenthesized.Operand);
            case IPropertyReferenceOperation { Property: { IsStatic: true, Name: "Now" or "Today" } now } when IsDateTime(now.ContainingType):
                return new LocalTime(time, "'DateTime." + now.Name + "'", OfMachine);
            // A DateTimeOffset's plain part has lost its zone.
            case IPropertyReferenceOperation { Property: { Name: "DateTime" or "Date" } part } when part.ContainingType.Is("System.DateTimeOffset"):
                return new LocalTime(time, "'DateTimeOffset." + part.Name + "'", OfNoKind);
            case IPropertyReferenceOperation { Property: { Name: "LocalDateTime" } part } when part.ContainingType.Is("System.DateTimeOffset"):
                return new LocalTime(time, "'DateTimeOffset.LocalDateTime'", OfMachine);
            case IPropertyReferenceOperation { Property.Name: "Date", Instance: { } of } when IsDateTime(of.Type):
                return Origin(of);
            case IBinaryOperation { LeftOperand: var left } sum when IsDateTime(sum.Type) && IsDateTime(left.Type):
                return Origin(left);
            case IObjectCreationOperation { Constructor: { } constructor } created when IsDateTime(created.Type):
                return IsOfNoKind(constructor, created.Arguments) ? new LocalTime(time, "a 'DateTime' of no kind", OfNoKind) : null;
            case IInvocationOperation { TargetMethod: var method } call:
                return OfCall(call, method);
            case ILocalReferenceOperation { Local: var local }:
                return OfLocal(local, time);
            default:
                return null;
        }
    }

    private static LocalTime? OfCall(IInvocationOperation call, IMethodSymbol method)
    {
        if (!IsDateTime(method.ContainingType))
            return null;
        return method.Name switch
        {
            "ToLocalTime" => new LocalTime(call, "'ToLocalTime()'", OfMachine),
            "SpecifyKind" => call.Arguments.Length == 2 && IsUnclear(call.Arguments[1].Value) ? new LocalTime(call, "a 'DateTime' that isn't UTC", OfMachine) : null,
            _ when method.Name.StartsWith("Add", System.StringComparison.Ordinal) && call.Instance is { } start => Origin(start),
            _ => null,
        };
    }

    // Only a variable that is given its value where it is declared.
    private static LocalTime? OfLocal(ILocalSymbol local, IOperation place)
    {
        IOperation? value = null;
        foreach (var operation in place.Ancestors().Last().Descendants())
        {
            if (operation is IVariableDeclaratorOperation declarator && SymbolEqualityComparer.Default.Equals(declarator.Symbol, local))
                value = declarator.GetVariableInitializer()?.Value;
            else if (operation is IAssignmentOperation { Target: ILocalReferenceOperation target } && SymbolEqualityComparer.Default.Equals(target.Local, local))
                return null;
        }

        return value is null || value.DescendantsAndSelf().Any(one => one is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local)) ? null : Origin(value);
    }

    private static bool IsOfNoKind(IMethodSymbol constructor, ImmutableArray<IArgumentOperation> arguments)
    {
        var kind = constructor.Parameters.FirstOrDefault(parameter => parameter.Type.Is("System.DateTimeKind"));
        return kind is null || arguments.Any(argument => SymbolEqualityComparer.Default.Equals(argument.Parameter, kind) && IsUnclear(argument.Value));
    }

    // DateTimeKind.Unspecified is 0, Utc 1, Local 2.
    private static bool IsUnclear(IOperation kind) => kind.ConstantValue is { HasValue: true, Value: 0 or 2 };

    private static bool IsDateTime(ITypeSymbol? type) => type is { SpecialType: SpecialType.System_DateTime };
}
