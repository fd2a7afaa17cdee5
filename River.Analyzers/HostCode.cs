using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Shapes;

namespace River.Analyzers;

/// <summary>
/// What a program's code says about the client that it runs, anywhere in it. Read from syntax: the names are telling
/// enough, and what was read of a file is kept as long as the file doesn't change.
/// </summary>
internal sealed class HostCode
{
    private static readonly SyntaxTreeValueProvider<HostCode> PerFile = new(Read);

    /// <summary>What a file must hold to say anything. Looking for it is far cheaper than walking every file's nodes.</summary>
    private static readonly string[] Words = { "AddRiver", "AddJobs", "AllowUndeclaredQueues", "JobTimeout", "MaxWorkers", "Work(", "Work (" };

    private static readonly HostCode Nothing = new(addsRiver: false, addsClient: false, addsJobs: false, allowsUndeclaredQueues: false, setsJobTimeout: false, ImmutableArray<WorkedQueue>.Empty);

    private readonly ImmutableArray<WorkedQueue> _worked;

    private HostCode(bool addsRiver, bool addsClient, bool addsJobs, bool allowsUndeclaredQueues, bool setsJobTimeout, ImmutableArray<WorkedQueue> worked)
    {
        AddsRiver = addsRiver;
        AddsClient = addsClient;
        AddsJobs = addsJobs;
        AllowsUndeclaredQueues = allowsUndeclaredQueues;
        SetsJobTimeout = setsJobTimeout;
        _worked = worked;
    }

    /// <summary>Whether <c>AddRiver(…)</c> is called: jobs are worked, and not only enqueued.</summary>
    public bool AddsRiver { get; }

    /// <summary>Whether <c>AddRiverClient(…)</c> is called.</summary>
    public bool AddsClient { get; }

    /// <summary>Whether <c>AddJobs()</c> is called, which takes in all that is referenced.</summary>
    public bool AddsJobs { get; }

    /// <summary>Whether the program has a client, and none that works jobs.</summary>
    public bool OnlyEnqueues => AddsClient && !AddsRiver;

    public bool AllowsUndeclaredQueues { get; }

    /// <summary>Whether the timeout of jobs that declare none is set: to what, nobody can tell here.</summary>
    public bool SetsJobTimeout { get; }

    /// <summary>Reads all files of a compilation, each by what an analyzer's context has kept of it.</summary>
    public static HostCode Read(Compilation compilation, Func<SyntaxTree, SyntaxTreeValueProvider<HostCode>, HostCode?> kept)
    {
        var files = compilation.SyntaxTrees.Select(tree => kept(tree, PerFile)).OfType<HostCode>().ToArray();
        return new HostCode(
            files.Any(file => file.AddsRiver),
            files.Any(file => file.AddsClient),
            files.Any(file => file.AddsJobs),
            files.Any(file => file.AllowsUndeclaredQueues),
            files.Any(file => file.SetsJobTimeout),
            files.SelectMany(file => file._worked).ToImmutableArray());
    }

    /// <summary>Whether the code doesn't say, and can't mean, that a queue isn't worked here.</summary>
    public bool Works(string queue, DeclaredQueues declared) => !_worked.Any(one =>
        one.MayBeOff && (one.Name ?? (one.Constant is null ? null : declared.NameOf(one.Constant)) ?? queue) == queue);

    private static HostCode Read(SyntaxTree tree)
    {
        var text = tree.GetText().ToString();
        if (!Words.Any(word => text.IndexOf(word, StringComparison.Ordinal) >= 0))
            return Nothing;

        var addsRiver = false;
        var addsClient = false;
        var addsJobs = false;
        var allowsUndeclaredQueues = false;
        var setsJobTimeout = false;
        var worked = ImmutableArray.CreateBuilder<WorkedQueue>();
        foreach (var node in tree.GetRoot().DescendantNodes())
        {
            if (node is InvocationExpressionSyntax call)
            {
                var arguments = call.ArgumentList.Arguments;
                switch (MethodName(call))
                {
                    case "AddRiver":
                        addsRiver = true;
                        break;
                    case "AddRiverClient":
                        addsClient = true;
                        break;
                    case "AddJobs":
                        addsJobs = true;
                        break;
                    case "AllowUndeclaredQueues":
                        allowsUndeclaredQueues = true;
                        break;
                    case "Work" when arguments.Count == 2:
                        worked.Add(new WorkedQueue(Argument(arguments, "queue", 0), Argument(arguments, "maxWorkers", 1)));
                        break;
                }
            }
            else if (node is AssignmentExpressionSyntax { Left: ElementAccessExpressionSyntax { ArgumentList.Arguments.Count: 1, Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "MaxWorkers" } } slots } assignment)
            {
                worked.Add(new WorkedQueue(slots.ArgumentList.Arguments[0].Expression, assignment.Right));
            }
            else if (node is AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "AllowUndeclaredQueues" } })
            {
                allowsUndeclaredQueues = true;
            }
            else if (node is AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "JobTimeout" } or IdentifierNameSyntax { Identifier.ValueText: "JobTimeout" } })
            {
                setsJobTimeout = true;
            }
        }

        return new HostCode(addsRiver, addsClient, addsJobs, allowsUndeclaredQueues, setsJobTimeout, worked.ToImmutable());
    }

    private static string? MethodName(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        IdentifierNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };

    private static ExpressionSyntax Argument(SeparatedSyntaxList<ArgumentSyntax> arguments, string name, int position) =>
        (arguments.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.ValueText == name) ?? arguments[position]).Expression;

    private readonly struct WorkedQueue
    {
        public WorkedQueue(ExpressionSyntax queue, ExpressionSyntax maxWorkers)
        {
            Name = queue is LiteralExpressionSyntax literal && literal.IsKind(SyntaxKind.StringLiteralExpression) ? literal.Token.ValueText : null;
            Constant = queue is MemberAccessExpressionSyntax access ? access.Name.Identifier.ValueText : null;
            MayBeOff = !int.TryParse((maxWorkers as LiteralExpressionSyntax)?.Token.Value?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0;
        }

        /// <summary>The queue's name where it is written.</summary>
        public string? Name { get; }

        /// <summary>The constant of the class <c>Queues</c>; null, as the name, where any queue may be meant.</summary>
        public string? Constant { get; }

        public bool MayBeOff { get; }
    }
}
