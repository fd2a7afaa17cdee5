using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>What is begun before a place and made lasting behind it, in the same function.</summary>
internal sealed class OpenTransaction
{
    // A transaction of another provider can't hold a job.
    private static readonly string[] Providers = { "System.Data.Common.DbTransaction", "Npgsql.NpgsqlTransaction", "Microsoft.Data.Sqlite.SqliteTransaction" };

    private OpenTransaction(string name, string closing, params string?[] bindings)
    {
        Name = name;
        Closing = closing;
        Bindings = string.Join(";", bindings.Where(binding => binding is not null));
    }

    /// <summary>What the transaction, or the context with changes, is called.</summary>
    public string Name { get; }

    /// <summary>The call that makes it lasting.</summary>
    public string Closing { get; }

    /// <summary>What <c>In(…)</c> may be given, the best first, separated by semicolons.</summary>
    public string Bindings { get; }

    /// <summary>Null where none is plainly open.</summary>
    public static OpenTransaction? At(IOperation place, IOperation body)
    {
        // What is done about a failure is meant to last though the transaction doesn't.
        if (place.Ancestors().TakeWhile(outer => !ReferenceEquals(outer, place.Function())).Any(outer => outer is ICatchClauseOperation || outer.Parent is ITryOperation tried && ReferenceEquals(tried.Finally, outer)))
            return null;
        var before = new List<IOperation>();
        var ends = new List<IInvocationOperation>();
        foreach (var operation in body.Descendants())
        {
            if (operation.Syntax.SpanStart < place.Syntax.SpanStart)
                before.Add(operation);
            if (operation is IInvocationOperation call && IsEnd(call.TargetMethod.Name) && ReferenceEquals(call.Function(), place.Function()))
                ends.Add(call);
        }

        // Most code that enqueues makes nothing lasting behind it.
        if (!ends.Any(end => Closes(end, place)))
            return null;
        before.Reverse();
        var reads = new EntityReads(body);
        return before
            .Select(operation => operation switch
            {
                IVariableDeclaratorOperation declared => Kept(declared, place, ends),
                IInvocationOperation call => OfContext(call, place, ends) ?? Changed(call, EntityContext.ChangedBy(call), place, ends),
                IAssignmentOperation assignment => Changed(assignment, reads.ChangedBy(assignment.Target, assignment.Value), place, ends),
                IIncrementOrDecrementOperation step => Changed(step, reads.ChangedBy(step.Target, value: null), place, ends),
                _ => null,
            })
            .FirstOrDefault(found => found is not null);
    }

    /// <summary><c>var transaction = await connection.BeginTransactionAsync();</c></summary>
    private static OpenTransaction? Kept(IVariableDeclaratorOperation declared, IOperation place, IReadOnlyList<IInvocationOperation> ends)
    {
        if (declared.GetVariableInitializer()?.Value.Plain() is not IInvocationOperation { TargetMethod.Name: "BeginTransaction" or "BeginTransactionAsync" } begun)
            return null;
        var local = declared.Symbol;
        var isEntities = EntityContext.IsTransaction(local.Type);
        if (!isEntities && !Providers.Any(provider => local.Type.Is(provider)) || !Reaches(declared, place) || !IsOpen(declared, place, ends, IsOfLocal, out var closing))
            return null;
        return isEntities
            ? new OpenTransaction(local.Name, closing, EntityContext.Of(EntityContext.Receiver(begun))?.Syntax.ToString(), local.Name + ".GetDbTransaction()")
            : new OpenTransaction(local.Name, closing, local.Name);

        bool IsOfLocal(IInvocationOperation call) => call.Instance?.Plain() is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local);
    }

    /// <summary><c>await db.Database.BeginTransactionAsync();</c>, not kept in a variable.</summary>
    private static OpenTransaction? OfContext(IInvocationOperation begun, IOperation place, IReadOnlyList<IInvocationOperation> ends)
    {
        if (begun.TargetMethod.Name is not ("BeginTransaction" or "BeginTransactionAsync")
            || !DroppedOrAwaited(begun)
            || EntityContext.Of(EntityContext.Receiver(begun)) is not { } context
            || EntityContext.Symbol(context) is not { } symbol
            || !Reaches(begun, place)
            || !IsOpen(begun, place, ends, IsOfDatabase, out var closing))
        {
            return null;
        }

        return new OpenTransaction(context.Syntax.ToString(), closing, context.Syntax.ToString());

        bool IsOfDatabase(IInvocationOperation call) =>
            call.TargetMethod.Name.Contains("Transaction") && SymbolEqualityComparer.Default.Equals(EntityContext.Symbol(EntityContext.Of(EntityContext.Receiver(call))), symbol);
    }

    /// <summary>Changes that a later <c>SaveChanges</c> stores in a transaction of its own.</summary>
    private static OpenTransaction? Changed(IOperation change, IOperation? context, IOperation place, IReadOnlyList<IInvocationOperation> ends)
    {
        if (context is null
            || EntityContext.Symbol(context) is not { } symbol
            || Excludes(change, place)
            || Leaves(change, place)
            || !IsOpen(change, place, ends, call => SymbolEqualityComparer.Default.Equals(EntityContext.Symbol(EntityContext.SavedBy(call)), symbol), out var closing))
        {
            return null;
        }

        return new OpenTransaction(context.Syntax.ToString(), closing, context.Syntax.ToString());
    }

    private static bool DroppedOrAwaited(IOperation begun) =>
        begun.Ancestors().SkipWhile(outer => outer is IAwaitOperation or IInvocationOperation { TargetMethod.Name: "ConfigureAwait" }).FirstOrDefault() is IExpressionStatementOperation;

    /// <summary>Begun before the place, where the place can see it, and closed by a call behind the place and by none before it.</summary>
    private static bool IsOpen(IOperation begun, IOperation place, IReadOnlyList<IInvocationOperation> ends, Func<IInvocationOperation, bool> concerns, out string closing)
    {
        closing = "";
        if (!ReferenceEquals(begun.Function(), place.Function()))
            return false;
        var own = ends.Where(call => call.Syntax.SpanStart > begun.Syntax.SpanStart && concerns(call)).ToArray();
        // What is closed in the branch in which it began is closed behind that branch, whether it was taken or not.
        if (own.Any(call => call.Syntax.SpanStart < place.Syntax.SpanStart && (Reaches(call, place) || Reaches(call, begun))))
            return false;
        if (own.FirstOrDefault(call => Closes(call, place)) is not { } close)
            return false;
        closing = close.TargetMethod.Name;
        return true;
    }

    private static bool Closes(IInvocationOperation end, IOperation place) => end.Syntax.SpanStart > place.Syntax.SpanStart && !IsUndone(end.TargetMethod.Name);

    private static bool IsEnd(string method) => IsUndone(method)
        || method.StartsWith("Commit", StringComparison.Ordinal)
        || method.StartsWith("SaveChanges", StringComparison.Ordinal);

    private static bool IsUndone(string method) => method.StartsWith("Rollback", StringComparison.Ordinal) || method.StartsWith("Dispose", StringComparison.Ordinal);

    /// <summary>Whether whoever comes to the later place has, as a rule, run the earlier one: there is no branch around it alone.</summary>
    private static bool Reaches(IOperation earlier, IOperation later)
    {
        for (var (inner, outer) = (earlier, earlier.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            switch (outer)
            {
                case IConditionalOperation conditional when !ReferenceEquals(inner, conditional.Condition):
                case ILoopOperation:
                    return Contains(inner, later);
                case ISwitchCaseOperation or ICatchClauseOperation or IAnonymousFunctionOperation or ILocalFunctionOperation:
                    return Contains(outer, later);
            }
        }

        return true;
    }

    /// <summary>Whether the branch of the earlier place ends in a statement that never comes to the later one.</summary>
    private static bool Leaves(IOperation earlier, IOperation later)
    {
        foreach (var outer in earlier.Ancestors().TakeWhile(outer => !Contains(outer, later)))
        {
            var last = outer switch
            {
                IBlockOperation block => block.Operations.LastOrDefault(),
                ISwitchCaseOperation one => one.Body.LastOrDefault(),
                _ => null,
            };
            if (last is IReturnOperation { Kind: OperationKind.Return } or IThrowOperation or IExpressionStatementOperation { Operation: IThrowOperation }
                || (last is IBranchOperation { BranchKind: BranchKind.Break or BranchKind.Continue } branch && Contains(Left(branch), later)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The loop or switch that a <c>break</c> or <c>continue</c> is about.</summary>
    private static IOperation Left(IBranchOperation branch) =>
        branch.Ancestors().FirstOrDefault(outer => outer is ILoopOperation || (outer is ISwitchOperation && branch.BranchKind == BranchKind.Break)) ?? branch;

    /// <summary>Whether the two stand in branches of which only one is taken.</summary>
    private static bool Excludes(IOperation earlier, IOperation later)
    {
        for (var (inner, outer) = (earlier, earlier.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            if (outer is IConditionalOperation or ISwitchOperation && Contains(outer, later))
                return !Contains(inner, later);
        }

        return false;
    }

    private static bool Contains(IOperation outer, IOperation inner) => outer.Syntax.Span.Contains(inner.Syntax.Span);
}
