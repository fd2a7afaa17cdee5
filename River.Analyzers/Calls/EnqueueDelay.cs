using System;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.Calls;

/// <summary>How long a call lets its job wait, as the code says it.</summary>
internal static class EnqueueDelay
{
    private const string Options = "options";
    private const string Property = "Delay";

    private static readonly (long Ticks, string Unit)[] Units =
    {
        (TimeSpan.TicksPerDay, "d"), (TimeSpan.TicksPerHour, "h"), (TimeSpan.TicksPerMinute, "m"), (TimeSpan.TicksPerSecond, "s"), (TimeSpan.TicksPerMillisecond, "ms"),
    };

    /// <summary>Such as <c>after 10s</c>, or <c>delayed</c> where only the running program knows; null where no delay is written.</summary>
    public static string? Of(EnqueueCall call)
    {
        var created = call.Argument(Options) is { } options ? Plain(options) as IObjectCreationOperation : null;
        var delay = created?.Initializer?.Initializers.OfType<ISimpleAssignmentOperation>()
            .FirstOrDefault(assignment => assignment.Target is IPropertyReferenceOperation { Property.Name: Property })?.Value;
        if (delay is null)
            return null;
        return ConstantSpan.Of(Plain(delay)) is { } span ? "after " + Write(span) : "delayed";
    }

    private static string Write(TimeSpan span)
    {
        var (ticks, unit) = Units.FirstOrDefault(one => span.Ticks % one.Ticks == 0);
        return ticks == 0 ? span.ToString("c", CultureInfo.InvariantCulture) : (span.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + unit;
    }

    private static IOperation Plain(IOperation value) => value is IConversionOperation conversion ? Plain(conversion.Operand) : value;
}
