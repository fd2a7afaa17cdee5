using River.Serialization;

namespace River.Execution;

/// <summary>What is stored of a failed attempt. Never throws, whatever the exception does.</summary>
internal static class ErrorRecord
{
    /// <param name="error">What was thrown.</param>
    /// <param name="at">When the attempt started.</param>
    /// <param name="attempt">Its number.</param>
    /// <param name="circumstance">Stands behind the message.</param>
    public static AttemptError Of(Exception error, DateTimeOffset at, int attempt, string circumstance = "")
    {
        var type = error.GetType();
        return Of($"{type.FullName ?? type.Name}: {Read(error, static it => it.Message)}{circumstance}", Read(error, static it => TraceOf(it)), at, attempt);
    }

    public static AttemptError Of(string text, string trace, DateTimeOffset at, int attempt) =>
        new(at, attempt, SafeText.Message(text), SafeText.Trace(trace));

    /// <summary>The stack, and the exceptions behind this one with theirs.</summary>
    private static string TraceOf(Exception error) =>
        error.InnerException is null ? error.StackTrace ?? "" : error.ToString();

    private static string Read(Exception error, Func<Exception, string> read)
    {
        try
        {
            return read(error);
        }
        catch (Exception fault)
        {
            return $"(unreadable: {fault.GetType().FullName})";
        }
    }
}
