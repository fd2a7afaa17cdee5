namespace River.Storage;

/// <summary>Reads a row that only SQL written by hand can make: column by column, each that can't be read named and left empty.</summary>
internal sealed class UnreadableRow(Func<Exception, bool> isOfContent)
{
    private readonly List<string> _columns = [];

    public T Try<T>(string column, Func<T> read, T instead)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (isOfContent(error))
        {
            _columns.Add(column);
            return instead;
        }
    }

    /// <summary>What is wrong with the row.</summary>
    /// <param name="fault">What it was first read to.</param>
    public UnreadableRowException Fault(Exception fault) => new(_columns, fault);
}
