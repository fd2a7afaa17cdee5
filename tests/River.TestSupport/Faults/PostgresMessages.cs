using System.Buffers.Binary;
using System.Text;

namespace River.TestSupport.Faults;

/// <summary>One message of PostgreSQL's protocol, whole; <see cref="Type"/> is zero for those of a connection's start, which have none.</summary>
internal readonly record struct PostgresMessage(byte Type, byte[] Bytes)
{
    private const int StartCodeAt = 4;
    private const int FirstFieldAt = 5;

    /// <summary>The code of a message of a connection's start: its protocol version, or what it asks for.</summary>
    public int StartCode => BinaryPrimitives.ReadInt32BigEndian(Bytes.AsSpan(StartCodeAt));

    /// <summary>The zero-terminated texts at the start of a message.</summary>
    public (string First, string Second) Texts(bool both)
    {
        var at = FirstFieldAt;
        var first = Text(ref at);
        return (first, both ? Text(ref at) : "");
    }

    private string Text(ref int at)
    {
        var end = Array.IndexOf(Bytes, (byte)0, at);
        var text = Encoding.UTF8.GetString(Bytes, at, end - at);
        at = end + 1;
        return text;
    }
}

/// <summary>Reads whole messages from one side of a connection.</summary>
internal sealed class PostgresMessageReader(Stream stream)
{
    private const int LengthSize = 4;

    /// <summary>The next message; null at the end.</summary>
    /// <param name="typed">Whether it begins with its type, as all but a client's first ones do.</param>
    public async Task<PostgresMessage?> ReadAsync(bool typed, CancellationToken cancellationToken)
    {
        var headerSize = typed ? LengthSize + 1 : LengthSize;
        var header = new byte[headerSize];
        if (await stream.ReadAtLeastAsync(header, headerSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < headerSize)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(headerSize - LengthSize));
        var bytes = new byte[headerSize - LengthSize + length];
        header.CopyTo(bytes, 0);
        await stream.ReadExactlyAsync(bytes.AsMemory(headerSize), cancellationToken).ConfigureAwait(false);
        return new PostgresMessage(typed ? header[0] : (byte)0, bytes);
    }
}
