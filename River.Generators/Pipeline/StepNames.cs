namespace River.Generators.Pipeline;

/// <summary>The steps of the pipeline by name, so that a test can ask which of them ran again after an edit.</summary>
internal static class StepNames
{
    public const string Target = "River.Target";
    public const string References = "River.References";
    public const string Declarations = "River.Declarations";
    public const string DeclaredJobs = "River.DeclaredJobs";
    public const string Workers = "River.Workers";
    public const string Queues = "River.Queues";
    public const string DeclaredQueues = "River.DeclaredQueues";
    public const string Jobs = "River.Jobs";
    public const string JobHints = "River.JobHints";
    public const string JobFile = "River.JobFile";
    public const string JobSource = "River.JobSource";
    public const string JobJson = "River.JobJson";
    public const string Json = "River.Json";
    public const string NestedJson = "River.NestedJson";
    public const string NestedJsonSource = "River.NestedJsonSource";
    public const string JsonIndex = "River.JsonIndex";
    public const string QueuesSource = "River.QueuesSource";
    public const string RegisteredJobs = "River.RegisteredJobs";
    public const string Registry = "River.Registry";
}
