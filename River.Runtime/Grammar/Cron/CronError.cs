namespace River.Grammar.Cron;

/// <summary>Why a cron expression is refused, and which part of its text is to blame.</summary>
internal sealed class CronError
{
    public CronError(string message, int offset, int length)
    {
        Message = message;
        Offset = offset;
        Length = length;
    }

    /// <summary>What is wrong and what to write instead, without a full stop at its end.</summary>
    public string Message { get; }

    /// <summary>Where the offending part starts, in characters from the start of the text.</summary>
    public int Offset { get; }

    /// <summary>How many characters the offending part has; 0 only where the text is empty.</summary>
    public int Length { get; }
}
