using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using River.Serialization;

namespace River;

/// <summary>What is to change about a job, in any state. What isn't given stays as it is.</summary>
public sealed record JobUpdate
{
    /// <summary>
    /// Keys of the metadata and their new values, at the top level only; null is stored as null. Keys that start with
    /// <c>river:</c> are River's own. At most 1 MiB. Default: none.
    /// </summary>
    public JsonObject? Metadata { get; init; }

    /// <summary>The output as UTF-8 JSON; null for no change.</summary>
    internal byte[]? Output { get; init; }

    /// <summary>Sets the job's output, what it is read by later. It wins over a key <c>output</c> of <see cref="Metadata"/>.</summary>
    /// <typeparam name="TOutput">The output's type.</typeparam>
    /// <param name="output">The output.</param>
    /// <param name="typeInfo">How it is written, from a <c>JsonSerializerContext</c>.</param>
    /// <returns>This update with the output.</returns>
    /// <exception cref="InvalidUpdateException">It takes more than 32 MiB as JSON, or holds what can't be stored.</exception>
    public JobUpdate WithOutput<TOutput>(TOutput output, JsonTypeInfo<TOutput> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return this with { Output = OutputWriter.Write(output, typeInfo, Fault) };
    }

    /// <summary>The keys of the metadata that change, as a UTF-8 JSON object; null for none.</summary>
    /// <exception cref="InvalidUpdateException">A key or value can't be stored.</exception>
    internal byte[]? ToMetadata()
    {
        var metadata = MetadataWriter.Write(Metadata, Fault);
        return Output is null ? metadata : OutputWriter.WithOutput(metadata, Output);
    }

    private static InvalidUpdateException Fault(string member, string reason, Exception? error) => new(member, reason, error);
}
