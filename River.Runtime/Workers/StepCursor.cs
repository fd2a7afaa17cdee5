using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using River.Attempts;
using River.Serialization;

namespace River;

/// <summary>How far a step has come; given to the step by <see cref="Job{TArgs}.StepAsync{TCursor}"/>.</summary>
/// <typeparam name="TCursor">What tells it.</typeparam>
public sealed class StepCursor<TCursor>
{
    private const int MaxBytes = 1024 * 1024;

    private readonly AttemptRecord _record;
    private readonly string _step;
    private readonly JsonTypeInfo<TCursor> _typeInfo;

    internal StepCursor(AttemptRecord record, string step, JsonTypeInfo<TCursor> typeInfo)
    {
        _record = record;
        _step = step;
        _typeInfo = typeInfo;
        if (record.CursorOf(step) is not { } stored)
            return;
        Value = JsonSerializer.Deserialize(stored.Span, typeInfo);
        HasValue = true;
    }

    /// <summary>The latest cursor, of this attempt or an earlier one; the type's default when there is none.</summary>
    public TCursor? Value { get; private set; }

    /// <summary>Whether there is one. If not, the step begins at its beginning.</summary>
    public bool HasValue { get; private set; }

    /// <summary>
    /// Moves the cursor. It is written at most once a second, and with the attempt's outcome, so a process that dies repeats
    /// up to a second of work.
    /// </summary>
    /// <param name="value">Where the next attempt goes on; at most 1 MiB as JSON.</param>
    /// <exception cref="InvalidJobDataException">It can't be stored.</exception>
    /// <exception cref="InvalidOperationException">The step doesn't run any more.</exception>
    public void SetCursor(TCursor value)
    {
        _record.SetCursor(_step, Encode(value));
        Keep(value);
    }

    /// <summary>Moves the cursor, and returns when that is written.</summary>
    /// <param name="value">Where the next attempt goes on; at most 1 MiB as JSON.</param>
    /// <param name="transaction">
    /// A transaction on River's database in which it is written, so that it moves exactly when the work up to there is
    /// committed; null for one of its own.
    /// </param>
    /// <returns>A task that ends when it is written.</returns>
    /// <exception cref="InvalidJobDataException">It can't be stored.</exception>
    /// <exception cref="InvalidOperationException">The step doesn't run any more.</exception>
    /// <exception cref="OperationCanceledException">The job isn't this client's any more; its outcome won't be stored.</exception>
    public async Task SetCursorAsync(TCursor value, DbTransaction? transaction = null)
    {
        await _record.SetCursorAsync(_step, Encode(value), transaction).ConfigureAwait(false);
        Keep(value);
    }

    private byte[] Encode(TCursor value) => ValueWriter.Write(_record.Row.Kind, $"cursor of step '{_step}'", value, _typeInfo, MaxBytes);

    private void Keep(TCursor value)
    {
        Value = value;
        HasValue = true;
    }
}
