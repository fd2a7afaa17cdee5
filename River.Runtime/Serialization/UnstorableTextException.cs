namespace River.Serialization;

/// <summary>Text that the database's JSON can't hold was met while writing. Never leaves this folder.</summary>
internal sealed class UnstorableTextException(string reason) : Exception(reason);
