using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using River.Storage;

namespace River;

/// <summary>
/// A place in a list of jobs. It stands for one order only; as text it may be part of an address, and web frameworks can
/// bind it from one. What it holds may change between versions, so it isn't for keeping.
/// </summary>
public sealed class JobCursor : IParsable<JobCursor>, IEquatable<JobCursor>
{
    private const byte Version = 1;
    private const int Length = 19;

    internal JobCursor(OrderColumn column, bool descending, long id, DateTimeOffset at)
    {
        Column = column;
        Descending = descending;
        Id = id;
        At = at;
    }

    internal OrderColumn Column { get; }

    internal bool Descending { get; }

    internal long Id { get; }

    /// <summary>The job's time; meaningless in the order of numbers.</summary>
    internal DateTimeOffset At { get; }

    /// <summary>Reads a cursor from its text.</summary>
    /// <param name="s">What <see cref="ToString"/> gave.</param>
    /// <returns>The cursor.</returns>
    /// <exception cref="InvalidCursorException">The text is none of a cursor.</exception>
    public static JobCursor Parse(string s) => Parse(s, provider: null);

    /// <summary>Reads a cursor from its text.</summary>
    /// <param name="s">What <see cref="ToString"/> gave.</param>
    /// <param name="provider">Not looked at.</param>
    /// <returns>The cursor.</returns>
    /// <exception cref="InvalidCursorException">The text is none of a cursor.</exception>
    public static JobCursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new InvalidCursorException("The text is not that of a cursor; pass on JobPage.Next as it was given, or start from the beginning without one.");

    /// <summary>Reads a cursor from its text.</summary>
    /// <param name="s">What <see cref="ToString"/> gave.</param>
    /// <param name="provider">Not looked at.</param>
    /// <param name="result">The cursor.</param>
    /// <returns>Whether the text is that of a cursor.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out JobCursor result)
    {
        result = null;
        Span<byte> bytes = stackalloc byte[Length];

        // Other lengths don't fit, and characters outside the alphabet throw.
        if (s is null || s.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(s) || !Base64Url.TryDecodeFromChars(s, bytes, out var written) || written != Length)
            return false;
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes[11..]);
        if (bytes[0] != Version || bytes[1] > (byte)OrderColumn.AttemptedAt || bytes[2] > 1 || ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks)
            return false;
        result = new JobCursor((OrderColumn)bytes[1], bytes[2] == 1, BinaryPrimitives.ReadInt64BigEndian(bytes[3..]), new DateTimeOffset(ticks, TimeSpan.Zero));
        return true;
    }

    /// <summary>The cursor as text, of letters, digits, hyphens and underscores.</summary>
    /// <returns>What <see cref="Parse(string)"/> reads.</returns>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        bytes[1] = (byte)Column;
        bytes[2] = Descending ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(bytes[3..], Id);
        BinaryPrimitives.WriteInt64BigEndian(bytes[11..], At.UtcTicks);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Whether both stand for the same place in the same order.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>Whether they are alike.</returns>
    public bool Equals(JobCursor? other) => other is not null && (Column, Descending, Id, At) == (other.Column, other.Descending, other.Id, other.At);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JobCursor);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Column, Descending, Id, At);
}
