using System.Collections;
using System.Globalization;

namespace River.Execution;

/// <summary>What log lines written during an attempt carry.</summary>
internal sealed class JobLogScope(JobRow row) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 3;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("JobId", row.Id),
        1 => new("JobKind", row.Kind),
        2 => new("JobAttempt", row.Attempt),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
            yield return this[index];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"job {row.Id} ({row.Kind}) attempt {row.Attempt}");
}
