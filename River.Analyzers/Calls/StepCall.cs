using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary><c>job.StepAsync("name", …)</c>, with a cursor or without.</summary>
internal static class StepCall
{
    public const string Method = "StepAsync";

    /// <summary>What a call gives as the step's name; null where the call is another one.</summary>
    public static IOperation? NameOf(IInvocationOperation call, KnownTypes known) =>
        call.TargetMethod.Name == Method && KnownTypes.Same(call.TargetMethod.ContainingType?.OriginalDefinition, known.Job)
            ? call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value
            : null;
}
