namespace River.Client;

/// <summary>The result of an enqueue that is carried out later, in one with something else.</summary>
internal sealed class DeferredResult
{
    private EnqueueResult? _value;

    public bool IsKnown => _value is not null;

    public EnqueueResult Value
    {
        get => _value ?? throw new InvalidOperationException("The job is inserted by the next SaveChanges of the context; read its result after that.");
        set => _value = value;
    }
}
