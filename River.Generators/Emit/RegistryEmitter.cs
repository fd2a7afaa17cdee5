using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using River.Generators.Pipeline;
using River.Shapes;

namespace River.Generators.Emit;

/// <summary>Writes what registers the assembly: <c>AddJobs()</c>, a library's own method, and the manifest.</summary>
internal static class RegistryEmitter
{
    private const string Builder = "global::River.RiverBuilder";

    // A library's public class ends with "Jobs", so no assembly's name can give it this one.
    private const string InternalClass = "RiverRegistration";

    public static void Emit(SourceProductionContext output, RegistryModel registry)
    {
        if (!registry.Target.CanGenerate)
            return;

        var isLibrary = !registry.Target.IsHost && !registry.IsEmpty;
        var publicClass = Mangled(registry.Target.Assembly) + "Jobs";
        var code = new CodeWriter();
        code.Line();
        if (!registry.IsEmpty)
        {
            WriteManifestAttribute(code, registry, isLibrary ? "typeof(global::River." + publicClass + ")" : "null");
            code.Line();
        }

        code.Open("namespace River");
        WriteInternalClass(code, registry);
        if (isLibrary)
        {
            code.Line();
            WritePublicClass(code, registry, publicClass);
        }

        code.Close();
        code.AddTo(output, "River.Jobs.g.cs");
    }

    private static void WriteManifestAttribute(CodeWriter code, RegistryModel registry, string registration)
    {
        code.Line($"[assembly: global::River.RiverManifest({CSharpText.Literal(KnownTypes.Abi)}, {registration}, Facts = new string[]");
        code.Open();
        var facts = registry.Queues.Select(Fact.Write)
            .Concat(registry.Jobs.Select(job => Fact.Write(job.Fact)))
            .Concat(registry.Workers.SelectMany(worker => worker.Jobs.Select(job => Fact.Write(new WorkerFact(worker.Type.MetadataName, job.Kind)))))
            .Concat(registry.Schedules.Select(schedule => Fact.Write(new ScheduleFact(schedule.Id, schedule.Kind, schedule.Cron, schedule.TimeZone))));
        foreach (var fact in facts)
            code.Line(CSharpText.Literal(fact) + ",");
        code.Close(")]");
    }

    private static void WriteInternalClass(CodeWriter code, RegistryModel registry)
    {
        code.Line("/// <summary>Registers the jobs that this assembly can see.</summary>");
        code.Line(CodeWriter.Stamp);
        code.Line(CodeWriter.NotCovered);
        code.Line(CodeWriter.Embedded);
        code.Open("internal static class " + InternalClass);
        code.Line("/// <summary>Registers this assembly's and its references' jobs, workers, queues and schedules.</summary>");
        code.Line("/// <param name=\"river\">The builder.</param>");
        code.Line("/// <returns>The builder.</returns>");
        code.Open($"public static {Builder} AddJobs(this {Builder} river)");
        foreach (var reference in registry.References)
            code.Line(reference + ".Register(river);");
        code.Line(registry.IsEmpty ? "return river;" : $"return {Agreed(registry)}.AddManifest(CreateManifest());");
        code.Close();
        if (!registry.IsEmpty)
        {
            code.Line();
            WriteManifest(code, registry);
        }

        code.Close();
    }

    private static void WritePublicClass(CodeWriter code, RegistryModel registry, string name)
    {
        var assembly = registry.Target.Assembly.Replace("&", "&amp;").Replace("<", "&lt;");
        code.Line($"/// <summary>Registers the jobs of {assembly}.</summary>");
        code.Line(CodeWriter.Stamp);
        code.Line(CodeWriter.NotCovered);
        code.Open("public static class " + name);
        code.Line($"/// <summary>Registers the jobs, workers, queues and schedules of {assembly} and of what it references.</summary>");
        code.Line("/// <param name=\"river\">The builder.</param>");
        code.Line("/// <returns>The builder.</returns>");
        code.Line($"public static {Builder} Add{Joined(registry.Target.Assembly)}Jobs(this {Builder} river) => {InternalClass}.AddJobs(river);");
        code.Line();
        code.Line($"/// <summary>Registers what {assembly} declares itself; called by the generated code of what references it.</summary>");
        code.Line("/// <param name=\"river\">The builder.</param>");
        code.Line(CodeWriter.EditorHidden);
        code.Line($"public static void Register({Builder} river) => {Agreed(registry)}.AddManifest({InternalClass}.CreateManifest());");
        code.Close();
    }

    // A runtime that is too old says so by this call, before code is reached that it can't run.
    private static string Agreed(RegistryModel registry) =>
        $"river.RequireAbi({CSharpText.Literal(KnownTypes.Abi)}, {CSharpText.Literal(registry.Target.Assembly)})";

    private static void WriteManifest(CodeWriter code, RegistryModel registry)
    {
        code.Line(CodeWriter.MayUseObsolete);
        code.Line($"internal static global::River.JobManifest CreateManifest() => new global::River.JobManifest({CSharpText.Literal(registry.Target.Assembly)})");
        code.Open();
        WriteList(code, "Jobs", "global::River.JobDescriptor", registry.Jobs.Select(job => $"Descriptor<{job.FullName}>()"));
        WriteList(
            code,
            "Workers",
            "global::River.WorkerRegistration",
            registry.Workers.SelectMany(Workers).Concat(registry.Jobs.Where(job => job.SelfWorking is not null).Select(SelfWorking)));
        WriteList(code, "Queues", "global::River.QueueDeclaration", registry.Queues.Select(Queue));
        WriteList(code, "Schedules", "global::River.ScheduleRegistration", registry.Schedules.Select(Schedule));
        code.Close(";");
        code.Line();
        code.Line("private static global::River.JobDescriptor Descriptor<T>()");
        code.Further("where T : global::River.IJobArgs<T> => T.Descriptor;");
    }

    private static void WriteList(CodeWriter code, string name, string type, IEnumerable<string> items)
    {
        var written = items.ToArray();
        if (written.Length == 0)
            return;
        code.Line($"{name} = new {type}[]");
        code.Open();
        foreach (var item in written)
            code.Lines(item + ",");
        code.Close(",");
    }

    private static IEnumerable<string> Workers(WorkerModel worker) => worker.Jobs.Select(job =>
        $"global::River.WorkerRegistration.ForWorker<{job.Type}, {worker.Type.FullName}>(\n"
        + $"    static services => {ServiceEmitter.New(worker.Type.FullName, worker.Services)},\n"
        + $"    {Dependencies(worker.Services)})");

    private static string SelfWorking(RegisteredJob job)
    {
        var parameters = job.SelfWorking!.Parameters;
        var arguments = string.Join(", ", parameters.Select(parameter => parameter.Kind switch
        {
            WorkParameterKind.Job => "job",
            WorkParameterKind.CancellationToken => "cancellationToken",
            _ => ServiceEmitter.Take(parameter.Service!),
        }));
        return $"global::River.WorkerRegistration.ForJob<{job.FullName}>(\n"
            + $"    static (job, services, cancellationToken) => job.Args.{SelfWorkingShape.MethodName}({arguments}){(job.SelfWorking.ReturnsValueTask ? ".AsTask()" : "")},\n"
            + $"    {Dependencies(parameters.Select(parameter => parameter.Service).OfType<ServiceModel>())})";
    }

    private static string Dependencies(IEnumerable<ServiceModel> services)
    {
        var dependencies = services.Where(ServiceEmitter.IsTaken).Select(service => "\n        " + ServiceEmitter.Dependency(service) + ",").ToArray();
        return dependencies.Length == 0
            ? "global::System.Array.Empty<global::River.ServiceDependency>()"
            : "new global::River.ServiceDependency[]\n    {" + string.Concat(dependencies) + "\n    }";
    }

    private static string Queue(QueueModel queue) =>
        $"new global::River.QueueDeclaration({CSharpText.Literal(queue.Name)}, MaxWorkers: {CSharpText.Literal(queue.MaxWorkers)}"
        + (queue.Dynamic ? ", Dynamic: true" : "")
        + (queue.External ? ", External: true" : "")
        + ")";

    private static string Schedule(ScheduleModel schedule) =>
        $"global::River.ScheduleRegistration.For<{schedule.JobType}>({CSharpText.Literal(schedule.Id)}, {CSharpText.Literal(schedule.Cron)}, "
        + (schedule.UsesCreate ? $"static context => {schedule.JobType}.Create(context)" : $"static _ => new {schedule.JobType}()")
        + ScheduleFacts(schedule)
        + ")";

    private static string ScheduleFacts(ScheduleModel schedule)
    {
        var facts = new[]
        {
            schedule.TimeZone is null ? null : "TimeZone = " + CSharpText.Literal(schedule.TimeZone),
            schedule.RunOnStart ? "RunOnStart = true" : null,
            schedule.Misfire == 0 ? null : "Misfire = (global::River.Misfire)" + CSharpText.Literal(schedule.Misfire),
            schedule.MisfireLimit is { } limit ? "MisfireLimit = " + CSharpText.Literal(limit) : null,
        }.OfType<string>().ToArray();
        return facts.Length == 0 ? "" : ", new global::River.ScheduleFacts { " + string.Join(", ", facts) + " }";
    }

    /// <summary>An identifier that no other assembly's name gives: dots become underscores, the rest its number.</summary>
    private static string Mangled(string assembly)
    {
        var name = new StringBuilder();
        foreach (var c in assembly)
        {
            if (char.IsLetterOrDigit(c))
                name.Append(c);
            else if (c == '.')
                name.Append('_');
            else
                name.Append("_0").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return name.Length == 0 || char.IsDigit(name[0]) ? "_" + name : name.ToString();
    }

    /// <summary>The words of an assembly's name in one, for the name of a method.</summary>
    private static string Joined(string assembly)
    {
        var name = new StringBuilder();
        var startsWord = true;
        foreach (var c in assembly)
        {
            if (char.IsLetterOrDigit(c))
                name.Append(startsWord ? char.ToUpperInvariant(c) : c);
            startsWord = !char.IsLetterOrDigit(c);
        }

        return name.ToString();
    }
}
