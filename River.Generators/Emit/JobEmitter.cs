using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using River.Generators.Pipeline;
using River.Shapes;
using River.Shapes.Contracts;
using River.Shapes.Json;

namespace River.Generators.Emit;

/// <summary>Emits one job's file: its part of the type, its descriptor, its enqueue method and its JSON contract.</summary>
internal static class JobEmitter
{
    public const string GeneratedNamespace = "River.Generated";
    private const string Infinite = "global::System.Threading.Timeout.InfiniteTimeSpan";

    public static void Emit(SourceProductionContext output, JobFile file, TargetModel target, HintNames hints)
    {
        if (!target.CanGenerate)
            return;

        var job = file.Job;
        var code = new CodeWriter();
        code.Line();
        WriteContract(code, file.Facts);
        code.Line();
        var inNamespace = code.OpenNamespace(job.Type.Namespace);
        WritePart(code, job);
        if (target.HasEnqueueExtensions && job.Enqueue is { } enqueue)
        {
            code.Line();
            EnqueueEmitter.Write(code, job, enqueue);
        }

        if (inNamespace)
            code.Close();

        code.Line();
        code.Open("namespace " + GeneratedNamespace);
        WriteDescriptor(code, job, file.Schema);
        if (job.JsonTypes.Count > 0 && job.JsonTypes[0] is JsonObjectModel json)
        {
            code.Line();
            JsonEmitter.WritePart(code, json);
        }

        code.Close();
        code.AddTo(output, hints.For(job.Type.MetadataName));
    }

    // In the job's own file, so that a change of the job leaves the assembly's registry alone.
    private static void WriteContract(CodeWriter code, EquatableArray<ContractFact> facts)
    {
        code.Line("[assembly: global::River.RiverContract(");
        for (var i = 0; i < facts.Count; i++)
            code.Further(CSharpText.Literal(facts[i].Line) + (i == facts.Count - 1 ? ")]" : ","));
    }

    private static void WritePart(CodeWriter code, JobModel job)
    {
        var jobArgs = $"global::River.IJobArgs<{job.Type.FullName}>";
        for (var i = 0; i < job.Type.Parts.Count; i++)
            code.Open("partial " + job.Type.Parts[i] + (i == job.Type.Parts.Count - 1 ? " : " + jobArgs : ""));

        code.Line(CodeWriter.Stamp);
        code.Line(CodeWriter.NotCovered);
        code.Line($"static global::River.JobDescriptor<{job.Type.FullName}> {jobArgs}.Descriptor => global::{GeneratedNamespace}.{DescriptorName(job)}.Value;");
        foreach (var _ in job.Type.Parts)
            code.Close();
    }

    private static void WriteDescriptor(CodeWriter code, JobModel job, string? schema)
    {
        code.Line(CodeWriter.Stamp);
        code.Line(CodeWriter.NotCovered);
        code.Line(CodeWriter.MayUseObsolete);
        code.Open("file static class " + DescriptorName(job));
        code.Line($"public static readonly global::River.JobDescriptor<{job.Type.FullName}> Value = global::River.JobDescriptor.Create<{job.Type.FullName}>(");
        code.Further(CSharpText.Literal(job.Kind) + ",");
        code.Further($"static () => {TypeInfo(job)},");
        code.Further("new global::River.JobFacts");
        code.Further("{");
        foreach (var fact in Facts(job))
            code.Further("    " + fact + ",");
        if (schema is not null)
            WriteSchema(code, schema);
        code.Further("});");
        code.Close();
    }

    private static void WriteSchema(CodeWriter code, string schema)
    {
        // No text in it has three quotes in a row: what is written escapes them.
        code.Further("    ArgsSchema = static () => \"\"\"");
        foreach (var line in schema.Split('\n'))
            code.Further("        " + line);
        code.Further("        \"\"\",");
    }

    private static string DescriptorName(JobModel job) => "Descriptor_" + JsonTypes.Id(job.Type.FullName);

    private static string TypeInfo(JobModel job) => job.JsonContext is { } context
        ? $"(global::System.Text.Json.Serialization.Metadata.JsonTypeInfo<{job.Type.FullName}>)({context}.Default.GetTypeInfo(typeof({job.Type.FullName})) ?? throw new global::System.InvalidOperationException({CSharpText.Literal(NotInContext(job, context))}))"
        : $"{JsonEmitter.ContextName}.Default.Of<{job.Type.FullName}>()";

    private static string NotInContext(JobModel job, string context) =>
        $"The JSON context '{context.Replace("global::", "")}' doesn't know the job '{job.Type.MetadataName}'. Add [JsonSerializable(typeof({job.Type.Name}))] to it.";

    private static System.Collections.Generic.IEnumerable<string> Facts(JobModel job)
    {
        if (job.Aliases.Count > 0)
            yield return "Aliases = " + Texts(job.Aliases);
        yield return "Queue = " + CSharpText.Literal(job.Queue.Name);
        if (job.MaxAttempts is { } maxAttempts)
            yield return "MaxAttempts = " + CSharpText.Literal(maxAttempts);
        if (job.Priority is { } priority)
            yield return "Priority = " + CSharpText.Literal(priority);
        if (job.Tags.Count > 0)
            yield return "Tags = " + Texts(job.Tags);
        if (job.TimeoutTicks is { } timeout)
            yield return "Timeout = " + Duration(timeout);
        if (job.Unique is { } unique)
            yield return "Unique = " + Unique(unique);
        if (job.Unique is { Members.Count: > 0 } members)
            yield return "UniqueMembers = " + Texts(members.Members);
        if (job.RetryPolicy is { } policy)
            yield return "RetryPolicy = static services => " + ServiceEmitter.New(policy.Type, policy.Services);
        if (job.External)
            yield return "External = true";
        if (job.Upgrade is not null)
            yield return $"Upgrade = global::River.JobFacts.UpgradeOf<{job.Type.FullName}>()";
    }

    private static string Unique(UniqueModel unique)
    {
        var facts = new[]
        {
            unique.Args ? "Args = true" : null,
            unique.PeriodTicks is { } period ? "Period = " + Duration(period) : null,
            unique.Queue ? "Queue = true" : null,
            unique.States is { } states ? "States = (global::River.JobStates)" + CSharpText.Literal(states) : null,
            unique.ExcludeKind ? "ExcludeKind = true" : null,
        };
        return "new global::River.UniqueOptions { " + string.Concat(facts.OfType<string>().Select(fact => fact + ", ")) + "}";
    }

    /// <summary>−1 ms is how the grammar says infinite.</summary>
    private static string Duration(long ticks) =>
        ticks < 0 ? Infinite : "global::System.TimeSpan.FromTicks(" + ticks.ToString(CultureInfo.InvariantCulture) + "L)";

    private static string Texts(EquatableArray<string> texts) =>
        "new string[] { " + string.Join(", ", texts.Select(CSharpText.Literal)) + " }";
}
