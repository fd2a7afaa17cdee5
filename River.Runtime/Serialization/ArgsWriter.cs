using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace River.Serialization;

/// <summary>Writes arguments as UTF-8 JSON that the database can hold, or says which member it can't.</summary>
internal sealed class ArgsWriter
{
    /// <summary>The most bytes that a job's arguments may take.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const string Arguments = "arguments";
    private const int DefaultMaxDepth = 64;
    private const int LargestKept = 256 * 1024;

    private readonly ConcurrentBag<Rental> _spare = [];

    /// <exception cref="InvalidJobException">A member can't be stored.</exception>
    public byte[] Write(JobRequest request)
    {
        var depth = request.MaxDepth == 0 ? DefaultMaxDepth : request.MaxDepth;
        var rental = depth == DefaultMaxDepth && _spare.TryTake(out var spare) ? spare : new Rental(depth);
        try
        {
            rental.Writer.Reset(rental.Buffer);
            request.WriteArgs(rental.Writer);
            rental.Writer.Flush();
            return Checked(request, rental.Buffer);
        }
        catch (BufferLimitException)
        {
            throw TooLong(request.Descriptor.Kind);
        }
        catch (Exception error) when (error is not (InvalidJobException or OutOfMemoryException))
        {
            throw Refusal(request, error);
        }
        finally
        {
            Keep(rental, depth);
        }
    }

    /// <summary>Checks what a hook made of arguments.</summary>
    /// <param name="kind">The job's kind.</param>
    /// <param name="json">What it made.</param>
    /// <param name="written">What it was given, which needs no look.</param>
    /// <returns>The bytes to store.</returns>
    /// <exception cref="InvalidJobException">They can't be stored.</exception>
    public static byte[] Checked(string kind, ReadOnlyMemory<byte> json, byte[] written)
    {
        if (json.Equals(written.AsMemory()))
            return written;
        if (json.Length > MaxBytes)
            throw TooLong(kind);
        try
        {
            if (!Utf8.IsValid(json.Span))
                throw new InvalidJobException(kind, Arguments, "were made into something that is no UTF-8 by a hook.");
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new InvalidJobException(kind, Arguments, "were made into something by a hook that is no JSON object.");
            while (reader.Read())
                continue;
            if (RawText.FaultOf(json.Span) is { } fault)
                throw new InvalidJobException(kind, Arguments, $"were made into something by a hook that River can't store: {fault}");
        }
        catch (JsonException error)
        {
            throw new InvalidJobException(kind, Arguments, $"were made into something by a hook that is no JSON: {error.Message}", error);
        }

        return json.ToArray();
    }

    private static byte[] Checked(JobRequest request, PooledBuffer buffer)
    {
        var json = buffer.Written;
        if (json.Length > MaxBytes)
            throw TooLong(request.Descriptor.Kind);
        if (json is [] or not [(byte)'{', ..])
        {
            throw new InvalidJobException(
                request.Descriptor.Kind, Arguments, "are not written as a JSON object, which River stores; check the type's JSON converter.");
        }

        // The encoder sees all text but what a converter writes raw, and only there such an escape can be one too many.
        if (RawText.FaultOf(json) is { } fault)
            throw new UnstorableTextException(fault);
        return json.ToArray();
    }

    private static InvalidJobException Refusal(JobRequest request, Exception error)
    {
        var kind = request.Descriptor.Kind;
        if (request.FindUnstorable() is var (path, reason))
            return new InvalidJobException(kind, path.Length == 0 ? Arguments : path, reason, error);
        if (error is UnstorableTextException)
            return new InvalidJobException(kind, Arguments, error.Message, error);

        var member = error is JsonException { Path: { Length: > 2 } jsonPath } ? jsonPath[2..] : Arguments;
        return new InvalidJobException(kind, member, $"can't be written as JSON: {error.Message}", error);
    }

    private static InvalidJobException TooLong(string kind) => new(
        kind,
        Arguments,
        $"take more than {(MaxBytes / 1024 / 1024).ToString(CultureInfo.InvariantCulture)} MiB; store the data elsewhere and pass a reference to it.");

    private void Keep(Rental rental, int depth)
    {
        if (depth == DefaultMaxDepth && rental.Buffer.Capacity <= LargestKept)
        {
            rental.Buffer.Clear();
            _spare.Add(rental);
            return;
        }

        rental.Buffer.Dispose();
    }

    private sealed class Rental
    {
        public Rental(int maxDepth) =>
            Writer = new Utf8JsonWriter(Buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance, MaxDepth = maxDepth });

        public PooledBuffer Buffer { get; } = new(MaxBytes);

        public Utf8JsonWriter Writer { get; }
    }
}
