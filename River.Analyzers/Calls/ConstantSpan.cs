using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>Time spans that are written down.</summary>
internal static class ConstantSpan
{
    /// <summary>Null where the span isn't known before the program runs.</summary>
    public static TimeSpan? Of(IOperation value) => Of(value, mayFollow: true);

    // A field's value is looked up once: fields may be given each other's.
    private static TimeSpan? Of(IOperation value, bool mayFollow)
    {
        switch (value)
        {
            case IConversionOperation conversion:
                return Of(conversion.Operand, mayFollow);
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, mayFollow);
            case IDefaultValueOperation when IsSpan(value.Type):
                return TimeSpan.Zero;
            case IFieldReferenceOperation { Field: { Name: "Zero", IsStatic: true, ContainingType: var type } } when IsSpan(type):
                return TimeSpan.Zero;
            case IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field } when mayFollow && IsSpan(field.Type):
                return InitialValue(field, value) is { } initial ? Of(initial, mayFollow: false) : null;
            case IObjectCreationOperation created when IsSpan(created.Type):
                return Made(created.Arguments.OrderBy(argument => argument.Parameter?.Ordinal).Select(argument => argument.Value.ConstantValue).ToArray());
            case IInvocationOperation { TargetMethod: { IsStatic: true, ContainingType: var type } method } call when IsSpan(type) && UnitOf(method.Name) is { } ticks:
                // The forms with several parts have optional ones; only what is written counts, and none of it may be unknown.
                return call.Arguments.Length == 1 && Number(call.Arguments[0].Value.ConstantValue) is { } number && Math.Abs(number * ticks) < long.MaxValue / 2d
                    ? TimeSpan.FromTicks((long)(number * ticks))
                    : null;
            default:
                return null;
        }
    }

    // Of a field in another file nothing is known without binding that file, which no rule asks for.
    private static IOperation? InitialValue(IFieldSymbol field, IOperation mention) =>
        field.DeclaringSyntaxReferences.FirstOrDefault() is { } declared && declared.SyntaxTree == mention.Syntax.SyntaxTree
        && declared.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: var written }
            ? mention.SemanticModel?.GetOperation(written)
            : null;

    private static TimeSpan? Made(Optional<object?>[] parts)
    {
        var numbers = parts.Select(Number).ToArray();
        if (numbers.Any(number => number is null or > int.MaxValue or < 0))
            return null;
        var n = numbers.Select(number => (decimal)number!.Value).ToArray();
        decimal? ticks = n.Length switch
        {
            0 => 0,
            1 => n[0],
            3 => Ticks(0, n[0], n[1], n[2]),
            4 => Ticks(n[0], n[1], n[2], n[3]),
            5 => Ticks(n[0], n[1], n[2], n[3]) + (n[4] * TimeSpan.TicksPerMillisecond),
            _ => null,
        };
        // What the program itself would throw at is no span.
        return ticks <= long.MaxValue ? TimeSpan.FromTicks((long)ticks) : null;
    }

    private static decimal Ticks(decimal days, decimal hours, decimal minutes, decimal seconds) =>
        (((((days * 24) + hours) * 60) + minutes) * TimeSpan.TicksPerMinute) + (seconds * TimeSpan.TicksPerSecond);

    private static double? UnitOf(string method) => method switch
    {
        "FromTicks" => 1,
        "FromMicroseconds" => TimeSpan.TicksPerMillisecond / 1000d,
        "FromMilliseconds" => TimeSpan.TicksPerMillisecond,
        "FromSeconds" => TimeSpan.TicksPerSecond,
        "FromMinutes" => TimeSpan.TicksPerMinute,
        "FromHours" => TimeSpan.TicksPerHour,
        "FromDays" => TimeSpan.TicksPerDay,
        _ => null,
    };

    private static double? Number(Optional<object?> constant) => constant is { HasValue: true, Value: int or long or double }
        ? Convert.ToDouble(constant.Value, System.Globalization.CultureInfo.InvariantCulture)
        : null;

    private static bool IsSpan(ITypeSymbol? type) => type.Is("System.TimeSpan");
}
