using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.Calls;

/// <summary>By which method a job is enqueued.</summary>
internal enum EnqueueForm
{
    /// <summary><c>EnqueueAsync</c>.</summary>
    One,

    /// <summary>A generated <c>Enqueue{Job}Async</c>.</summary>
    Generated,

    /// <summary><c>EnqueueManyAsync</c>, <c>EnqueueBulkAsync</c>.</summary>
    Many,

    /// <summary><c>job.Then</c>: inserted with the completion of the job that asks for it.</summary>
    FollowUp,

    /// <summary><c>JobRequest.For</c>: what a mixed list is made of. Nothing is enqueued by it yet.</summary>
    Request,
}

/// <summary>A call by which a job comes to be enqueued.</summary>
internal sealed class EnqueueCall
{
    public EnqueueCall(IInvocationOperation call, EnqueueForm form, IOperation? client, ITypeSymbol? job)
    {
        Call = call;
        Form = form;
        Client = client;
        Job = job;
    }

    public IInvocationOperation Call { get; }

    public EnqueueForm Form { get; }

    /// <summary>The client it is called on; null where there is none.</summary>
    public IOperation? Client { get; }

    /// <summary>The job's type; null where the call's requests say it.</summary>
    public ITypeSymbol? Job { get; }

    /// <summary>Whether the call itself goes to the database and returns a task of that.</summary>
    public bool IsSent => Form is EnqueueForm.One or EnqueueForm.Generated or EnqueueForm.Many;

    /// <summary>Whether one row is sent by itself.</summary>
    public bool IsSingle => Form is EnqueueForm.One or EnqueueForm.Generated;

    /// <summary>Where the method's name is written.</summary>
    public Location Name => Written.GetLocation(Call);

    /// <summary>What the call is to a reader: the job where it is known, else the method.</summary>
    public string Title => Job?.Name ?? Call.TargetMethod.Name;

    /// <summary>The value given for a parameter; null where it is left out.</summary>
    public IOperation? Argument(string parameter) => Call.Arguments
        .FirstOrDefault(argument => argument.ArgumentKind != ArgumentKind.DefaultValue && argument.Parameter?.Name == parameter)?.Value;
}

/// <summary>Where a call is written.</summary>
internal static class Written
{
    /// <summary>The name of the method that is called, which tells more than the whole of a long call.</summary>
    public static Location GetLocation(IInvocationOperation call) => NameOf(call.Syntax)?.GetLocation() ?? call.Syntax.GetLocation();

    private static SyntaxNode? NameOf(SyntaxNode call) => (call as InvocationExpressionSyntax)?.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        SimpleNameSyntax name => name,
        _ => null,
    };
}
