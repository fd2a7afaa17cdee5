using System.Text.Json;
using System.Text.Json.Nodes;

namespace River;

/// <summary>One job that is about to be inserted. What is changed here is checked as if the call had said it.</summary>
public sealed class InsertContext
{
    private readonly byte[]? _metadata;
    private JsonObject? _changed;

    internal InsertContext(JobRequest request, byte[] args, byte[]? metadata)
    {
        Request = request;
        EncodedArgs = args;
        _metadata = metadata;
    }

    /// <summary>What was asked for.</summary>
    public JobRequest Request { get; }

    /// <summary>The job's kind.</summary>
    public string Kind => Request.Descriptor.Kind;

    /// <summary>The arguments that are stored: a JSON object in UTF-8, at most 16 MiB.</summary>
    public ReadOnlyMemory<byte> EncodedArgs { get; set; }

    /// <summary>The queue; it must be declared.</summary>
    public required string Queue { get; set; }

    /// <summary>1 (first) to 4 (last) among the jobs of the queue.</summary>
    public required int Priority { get; set; }

    /// <summary>How many attempts the job gets: 1 to 32,767.</summary>
    public required int MaxAttempts { get; set; }

    /// <summary>Words stored for finding it again.</summary>
    public required IReadOnlyList<string> Tags { get; set; }

    /// <summary>What is stored beside the job, to be changed; keys that start with <c>river:</c> are River's own.</summary>
    public JsonObject Metadata => _changed ??= _metadata is null ? [] : (JsonObject)JsonNode.Parse(_metadata, nodeOptions: null, new JsonDocumentOptions { MaxDepth = int.MaxValue })!;

    /// <summary>The metadata to store; null for none.</summary>
    internal byte[]? WriteMetadata() => _changed is null ? _metadata : Serialization.MetadataWriter.Change(Kind, _metadata, _changed);
}
