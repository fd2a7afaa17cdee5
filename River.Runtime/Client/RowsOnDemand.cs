namespace River.Client;

/// <summary>The rows of one call. Each is made when it is first asked for, and then kept: few callers look at all that they enqueued.</summary>
internal abstract class RowsOnDemand(int count)
{
    private JobRow?[]? _rows;

    public JobRow this[int index]
    {
        get
        {
            var rows = _rows ?? Interlocked.CompareExchange(ref _rows, new JobRow?[count], null) ?? _rows;
            return Volatile.Read(ref rows[index]) ?? Interlocked.CompareExchange(ref rows[index], Make(index), null) ?? rows[index]!;
        }
    }

    protected abstract JobRow Make(int index);
}
