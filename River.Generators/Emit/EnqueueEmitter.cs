using System;
using System.Collections.Generic;
using System.Linq;
using River.Shapes;
using River.Shapes.Json;

namespace River.Generators.Emit;

/// <summary>Writes a job's typed enqueue method.</summary>
internal static class EnqueueEmitter
{
    private const string Suffix = "Value";
    private static readonly string[] Own = { "options", "transaction", "cancellationToken" };

    public static void Write(CodeWriter code, JobModel job, EnqueueModel enqueue)
    {
        var parameters = Parameters(enqueue.Parameters);
        var receiver = Receiver(parameters);
        var accessibility = job.Type.IsPublic && enqueue.IsPublic ? "public" : "internal";

        code.Line($"/// <summary>Enqueues <see cref=\"{job.Type.FullName}\"/> jobs by their parameters.</summary>");
        code.Line(CodeWriter.Stamp);
        code.Line(CodeWriter.NotCovered);
        if (enqueue.Obsolete is { } obsolete)
            code.Line(obsolete);
        code.Open($"{accessibility} static class {enqueue.ClassName}");
        WriteDocumentation(code, job, enqueue, parameters, receiver);
        code.Line($"{accessibility} static global::System.Threading.Tasks.Task<global::River.EnqueueResult> {MethodName(job)}(");
        code.Further($"this global::River.IJobClient {receiver},");
        foreach (var parameter in parameters)
            code.Further(parameter.Declaration + ",");
        code.Further("global::River.EnqueueOptions? options = null,");
        code.Further("global::System.Data.Common.DbTransaction? transaction = null,");
        code.Further("global::System.Threading.CancellationToken cancellationToken = default) =>");
        code.Further($"(transaction is null ? {receiver} : {receiver}.In(transaction)).EnqueueAsync({Creation(job, parameters)}, options, cancellationToken);");
        code.Close();
    }

    private static string MethodName(JobModel job) => "Enqueue" + job.Type.Name + "Async";

    private static List<Parameter> Parameters(EquatableArray<EnqueueParameter> models)
    {
        var taken = new HashSet<string>(Own, StringComparer.OrdinalIgnoreCase);
        var parameters = new List<Parameter>();
        var afterOptional = false;
        foreach (var model in models)
        {
            var name = JsonNaming.ToCamelCase(model.Name);
            while (!taken.Add(name))
                name += Suffix;
            // Nothing may follow an optional parameter but another one, and ours follow all of them.
            parameters.Add(new Parameter(model, name, model.IsParams && afterOptional));
            afterOptional |= model.Default is not null;
        }

        return parameters;
    }

    private static string Receiver(List<Parameter> parameters)
    {
        var name = "client";
        while (parameters.Any(parameter => string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase)))
            name = "job" + char.ToUpperInvariant(name[0]) + name.Substring(1);
        return name;
    }

    private static string Creation(JobModel job, List<Parameter> parameters)
    {
        var arguments = string.Join(", ", parameters.Where(parameter => parameter.Model.IsConstructors).Select(parameter => parameter.Argument));
        var members = string.Join(", ", parameters.Where(parameter => parameter.Model.Member is not null)
            .Select(parameter => CSharpText.Identifier(parameter.Model.Member!) + " = " + parameter.Argument));
        return $"new {job.Type.FullName}({arguments}){(members.Length == 0 ? "" : " { " + members + " }")}";
    }

    private static void WriteDocumentation(CodeWriter code, JobModel job, EnqueueModel enqueue, List<Parameter> parameters, string receiver)
    {
        code.Line(enqueue.Summary is { Length: > 0 } summary
            ? $"/// <summary>Enqueues <see cref=\"{job.Type.FullName}\"/>: {summary}</summary>"
            : $"/// <summary>Enqueues <see cref=\"{job.Type.FullName}\"/>.</summary>");
        code.Line($"/// <param name=\"{receiver}\">The client.</param>");
        foreach (var parameter in parameters)
            code.Line($"/// <param name=\"{parameter.Name}\">{parameter.Model.Documentation ?? "The job's <c>" + parameter.Model.Name + "</c>."}</param>");
        code.Line("/// <param name=\"options\">What this enqueue says differently from the declaration.</param>");
        code.Line("/// <param name=\"transaction\">The transaction that the job belongs to; null for none.</param>");
        code.Line("/// <param name=\"cancellationToken\">Gives up waiting; the job may have been enqueued all the same.</param>");
        code.Line("/// <returns>The new row, or the existing one that it duplicates.</returns>");
        code.Line("/// <exception cref=\"global::River.UnknownQueueException\">The queue isn't declared.</exception>");
        code.Line("/// <exception cref=\"global::River.InvalidJobException\">An argument or option can't be stored; the message names it.</exception>");
    }

    private sealed class Parameter
    {
        private readonly bool _isOptionalList;

        public Parameter(EnqueueParameter model, string name, bool isOptionalList)
        {
            Model = model;
            Name = name;
            _isOptionalList = isOptionalList;
        }

        public EnqueueParameter Model { get; }

        public string Name { get; }

        public string Declaration => _isOptionalList
            ? Model.Type.TrimEnd('?') + "? " + CSharpText.Identifier(Name) + " = null"
            : Model.Type + " " + CSharpText.Identifier(Name) + (Model.Default is null ? "" : " = " + Model.Default);

        public string Argument => CSharpText.Identifier(Name) + (_isOptionalList ? " ?? []" : "");
    }
}
