using System.Reflection;
using Microsoft.CodeAnalysis;
using River.Generators.Pipeline;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests.Incremental;

/// <summary>What a project's generator did again after an edit.</summary>
internal static class Reruns
{
    public static IEnumerable<string> AllSteps =>
        typeof(StepNames).GetFields(BindingFlags.Static | BindingFlags.Public).Select(constant => (string)constant.GetValue(null)!);

    public static IEnumerable<IncrementalStepRunReason> Reasons(GeneratedProject project, string step) =>
        project.Result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason);

    public static bool Modified(GeneratedProject project, string step) =>
        Reasons(project, step).Any(reason => reason is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));

    public static IEnumerable<string> ModifiedSteps(GeneratedProject project) =>
        AllSteps.Where(step => Modified(project, step)).Order(StringComparer.Ordinal);

    /// <summary>The files that were written again, other than ones that weren't there before.</summary>
    public static IEnumerable<string> ModifiedFiles(GeneratedProject project) => project.Result.TrackedOutputSteps
        .SelectMany(step => step.Value)
        .SelectMany(run => run.Outputs)
        .Where(output => output.Reason == IncrementalStepRunReason.Modified)
        .SelectMany(output => HintNames(output.Value))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> HintNames(object output) =>
        ((System.Collections.IEnumerable)((System.Runtime.CompilerServices.ITuple)output)[0]!).Cast<object>()
            .Select(source => (string)source.GetType().GetProperty("HintName")!.GetValue(source)!);
}
