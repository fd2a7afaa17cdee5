using System.Transactions;

namespace River.Client;

/// <summary>
/// A <c>TransactionScope</c> around a call. River's statements don't run on the caller's connection, so they would be
/// committed whatever becomes of the scope, and the caller would believe otherwise.
/// </summary>
internal static class AmbientTransaction
{
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public static void Refuse()
    {
        if (Transaction.Current is not null)
        {
            throw new InvalidOperationException(
                "River doesn't join a TransactionScope. Begin a transaction on the connection and bind the client to it with In(transaction), or, if the call shall not depend on the scope, wrap it in new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled).");
        }
    }
}
