using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using River.Serialization;

namespace River.Attempts;

/// <summary>
/// Which steps an attempt runs, by River's rules: those up to the last one that is stored as done are passed over, unless
/// that one has a cursor. Steps run one after another, and after one has failed none runs any more.
/// </summary>
internal sealed class StepPlan
{
    private static readonly byte[] Null = "null"u8.ToArray();
    private static readonly byte[] None = "\"\""u8.ToArray();

    private readonly Lock _lock = new();
    private readonly JobRow _row;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _cursors = new(StringComparer.Ordinal);
    private readonly string _storedStep;
    private bool _hadCursors;
    private bool _isResumed;
    private string? _running;
    private string? _completed;
    private ExceptionDispatchInfo? _failure;

    private StepPlan(JobRow row, string storedStep)
    {
        _row = row;
        _storedStep = storedStep;
        _isResumed = storedStep.Length == 0;
    }

    /// <summary>Reads what is stored; what no client writes counts as nothing stored.</summary>
    public static StepPlan Of(JobRow row)
    {
        var step = TopLevel.Read(row.EncodedMetadata, MetadataKeys.Step);
        var plan = new StepPlan(row, step is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "");
        if (TopLevel.Read(row.EncodedMetadata, MetadataKeys.Cursor) is { ValueKind: JsonValueKind.Object } cursors)
        {
            foreach (var cursor in cursors.EnumerateObject().Where(cursor => cursor.Value.ValueKind != JsonValueKind.Null))
                plan._cursors[cursor.Name] = JsonMarshal.GetRawUtf8Value(cursor.Value).ToArray();
        }

        plan._hadCursors = plan._cursors.Count > 0;
        return plan;
    }

    /// <summary>Whether the step is to be run.</summary>
    /// <exception cref="RepeatedStepException">The name was used before in this attempt.</exception>
    public bool TryBegin(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_lock)
        {
            _failure?.Throw();
            if (StorableText.FaultOf(name) is { } fault)
                throw Failed(new InvalidJobDataException(_row.Kind, $"step '{SafeText.Storable(name)}'", fault));
            if (_running is not null)
                throw Failed(new InvalidOperationException($"Step '{name}' of job '{_row.Kind}' begins while step '{_running}' still runs. Await each step before the next; steps can't be nested."));
            if (!_seen.Add(name))
                throw Failed(new RepeatedStepException(_row.Kind, name));
            if (!_isResumed)
            {
                if (!string.Equals(name, _storedStep, StringComparison.Ordinal))
                    return false;
                _isResumed = true;
                if (!_cursors.ContainsKey(name))
                {
                    _completed = name;
                    return false;
                }
            }

            _running = name;
            return true;
        }
    }

    /// <summary>The step is done, and its cursor with it.</summary>
    /// <returns>What is to be written.</returns>
    public Dictionary<string, byte[]> Complete(string name)
    {
        lock (_lock)
        {
            _failure?.Throw();
            _running = null;
            _completed = name;
            _cursors.Remove(name);
            return Encode();
        }
    }

    /// <returns>What is to be written.</returns>
    /// <exception cref="InvalidOperationException">The step doesn't run.</exception>
    public Dictionary<string, byte[]> SetCursor(string name, byte[] cursor)
    {
        lock (_lock)
        {
            if (!string.Equals(_running, name, StringComparison.Ordinal))
                throw new InvalidOperationException($"The cursor of step '{name}' of job '{_row.Kind}' can only be set while the step runs.");
            _cursors[name] = cursor;
            _hadCursors = true;
            return Encode();
        }
    }

    public ReadOnlyMemory<byte>? CursorOf(string name)
    {
        lock (_lock)
            return _cursors.TryGetValue(name, out var cursor) ? (ReadOnlyMemory<byte>?)cursor : default;
    }

    public void Fail(Exception error)
    {
        lock (_lock)
            _failure ??= ExceptionDispatchInfo.Capture(error);
    }

    /// <exception cref="StepNotFoundException">The worker has no step by the name that is stored as done.</exception>
    public void ThrowIfUnfinished()
    {
        lock (_lock)
        {
            _failure?.Throw();
            if (_running is not null)
                throw new InvalidOperationException($"The worker of job '{_row.Kind}' ended while step '{_running}' still ran. Await each step.");
            if (!_isResumed)
                throw new StepNotFoundException(_row.Kind, _storedStep);
        }
    }

    /// <summary>What makes a completed job begin at its first step, if somebody retries it.</summary>
    public Dictionary<string, byte[]> Forget()
    {
        lock (_lock)
        {
            var changes = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [MetadataKeys.Step] = None };
            if (_hadCursors)
                changes[MetadataKeys.Cursor] = Null;
            return changes;
        }
    }

    private Dictionary<string, byte[]> Encode()
    {
        var changes = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (_completed is not null)
            changes[MetadataKeys.Step] = EncodedObject.Text(_completed);
        if (_hadCursors)
            changes[MetadataKeys.Cursor] = _cursors.Count == 0 ? Null : EncodedObject.Write(_cursors);
        return changes;
    }

    private Exception Failed(Exception error)
    {
        Fail(error);
        return error;
    }
}
