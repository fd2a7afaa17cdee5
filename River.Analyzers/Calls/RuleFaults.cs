using System;
using System.Runtime.ExceptionServices;

namespace River.Analyzers.Calls;

/// <summary>
/// What rules threw that share one reading. A fault of one of them must not silence the others, and must not be lost: the
/// compiler reports it as AD0001.
/// </summary>
internal sealed class RuleFaults
{
    private ExceptionDispatchInfo? _first;

    /// <summary>Runs a part of a rule, and keeps what it throws.</summary>
    public void Run<T>(Action<T> action, T argument)
    {
        try
        {
            action(argument);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _first ??= ExceptionDispatchInfo.Capture(e);
        }
    }

    /// <summary>Throws the first fault, if there was one, once all the others have had their turn.</summary>
    public void Throw() => _first?.Throw();
}
