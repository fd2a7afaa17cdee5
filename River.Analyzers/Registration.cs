using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers;

/// <summary>Where a program adds River to its services.</summary>
internal static class Registration
{
    /// <summary>Whether there is an entry point, so that this compilation decides what a process does.</summary>
    public static bool IsProgram(Compilation compilation) =>
        compilation.Options.OutputKind is OutputKind.ConsoleApplication or OutputKind.WindowsApplication or OutputKind.WindowsRuntimeApplication;

    /// <summary>A client that works jobs.</summary>
    public static bool IsAddRiver(IInvocationOperation call, KnownTypes known) => IsOfRuntime(call, known) && call.TargetMethod.Name == "AddRiver";

    /// <summary>Any client.</summary>
    public static bool IsAddClient(IInvocationOperation call, KnownTypes known) => IsOfRuntime(call, known) && call.TargetMethod.Name is "AddRiver" or "AddRiverClient";

    private static bool IsOfRuntime(IInvocationOperation call, KnownTypes known) =>
        KnownTypes.Same(call.TargetMethod.ContainingAssembly, known.JobAttribute.ContainingAssembly);
}
