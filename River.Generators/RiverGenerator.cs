using Microsoft.CodeAnalysis;
using River.Generators.Emit;
using River.Generators.Pipeline;
using River.Shapes;

namespace River.Generators;

/// <summary>
/// Turns annotated jobs, workers, queues and schedules into registration, serialization and typed enqueue methods. It
/// reports nothing: where a declaration is invalid it emits nothing for it, and an analyzer says why.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class RiverGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        context.RegisterPostInitializationOutput(static output => output.AddEmbeddedAttributeDefinition());

        var sources = new JobSources();
        var target = context.CompilationProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, _) => TargetModel.Read(pair.Left, pair.Right)).WithTrackingName(StepNames.Target);
        var references = context.CompilationProvider
            .Select(sources.ReadReferences).WithTrackingName(StepNames.References);
        var declarations = context.SyntaxProvider
            .CreateSyntaxProvider(JobSources.IsFile, sources.ReadFile)
            .SelectMany(static (file, _) => file).WithTrackingName(StepNames.Declarations);
        var declaredJobs = declarations.Select(static (one, _) => one.Job).WhereNotNull().WithTrackingName(StepNames.DeclaredJobs);
        var workers = declarations.Select(static (one, _) => one.Worker).WhereNotNull().Collect()
            .Select(static (found, _) => new EquatableArray<WorkerModel>(found)).WithTrackingName(StepNames.Workers);
        var queues = context.SyntaxProvider
            .ForAttributeWithMetadataName(KnownTypes.QueueAttributeName, static (_, _) => true, JobSources.ReadQueues)
            .SelectMany(static (found, _) => found).WithTrackingName(StepNames.Queues).Collect()
            .Combine(references).Select(static (pair, _) => QueueModels.Of(pair.Left, pair.Right)).WithTrackingName(StepNames.DeclaredQueues);

        // A queue named by a constant of the generated class gets its name here, so that a new queue changes no job.
        var jobs = declaredJobs.Combine(queues)
            .Select(static (pair, _) => pair.Left.WithQueue(pair.Right.All)).WithTrackingName(StepNames.Jobs);
        var hints = jobs.Select(static (job, _) => job.Type.MetadataName).Collect()
            .Select(static (names, _) => HintNames.Of(names)).WithTrackingName(StepNames.JobHints);
        context.RegisterSourceOutput(
            jobs.Select(JobFile.Of).WithTrackingName(StepNames.JobFile).Combine(target).Combine(hints).WithTrackingName(StepNames.JobSource),
            static (output, item) => JobEmitter.Emit(output, item.Left.Left, item.Left.Right, item.Right));

        // A type that several jobs hold is written by one of them, so that a file goes or stays with its job, whatever comes before it.
        var jobJson = jobs.Select(static (job, _) => job.JsonTypes).WithTrackingName(StepNames.JobJson);
        var json = jobJson.Collect().Select(static (types, _) => JsonModels.Of(types)).WithTrackingName(StepNames.Json);
        context.RegisterSourceOutput(
            jobJson.Combine(json.Select(static (models, _) => models.Nested)).SelectMany(static (pair, _) => pair.Right.WrittenBy(pair.Left)).WithTrackingName(StepNames.NestedJson)
                .Combine(target).Combine(json.Select(static (models, _) => models.Hints)).WithTrackingName(StepNames.NestedJsonSource),
            static (output, item) => JsonEmitter.EmitNested(output, item.Left.Left, item.Left.Right, item.Right));
        context.RegisterSourceOutput(
            json.Select(static (models, _) => models.Index).Combine(target).WithTrackingName(StepNames.JsonIndex),
            static (output, item) => JsonEmitter.EmitContext(output, item.Left, item.Right));

        context.RegisterSourceOutput(
            queues.Combine(target).WithTrackingName(StepNames.QueuesSource),
            static (output, item) => QueuesEmitter.Emit(output, item.Left, item.Right));
        context.RegisterSourceOutput(
            jobs.Select(static (job, _) => RegisteredJob.Of(job)).WithTrackingName(StepNames.RegisteredJobs).Collect()
                .Combine(workers).Combine(queues).Combine(references).Combine(target)
                .Select(static (all, _) => RegistryModel.Of(all.Left.Left.Left.Left, all.Left.Left.Left.Right, all.Left.Left.Right, all.Left.Right, all.Right))
                .WithTrackingName(StepNames.Registry),
            static (output, registry) => RegistryEmitter.Emit(output, registry));
    }
}
