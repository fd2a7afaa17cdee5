namespace River;

/// <summary>The database can't serve River: the root of what can be wrong with it.</summary>
public abstract class StoreException : RiverException
{
    private protected StoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The database can't be reached, or refuses the connection.</summary>
public sealed class StoreUnavailableException : StoreException
{
    internal StoreUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The database doesn't accept the user or the password, or doesn't let the user do what River does.</summary>
public sealed class StoreAuthenticationException : StoreException
{
    internal StoreAuthenticationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>River's tables are missing, or of a version that this library doesn't work with.</summary>
public sealed class SchemaVersionException : StoreException
{
    internal SchemaVersionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
