using System.Data.Common;
using System.Reflection;
using River.Storage;

namespace River.Benchmarks.Micro;

/// <summary>A store without a database. Its roles answer that there is nothing, but for claims and settlements.</summary>
internal sealed class RowsFromNowhere : JobStore
{
    private static readonly byte[] Args = """{"number": 42}"""u8.ToArray();

    private TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _id;
    private int _left;
    private int _unsettled;

    public RowsFromNowhere()
    {
        Claims = Role<IClaims>((method, arguments) => method switch
        {
            nameof(IClaims.ClaimAsync) => Task.FromResult(Claim((ClaimDemand)arguments[0]!)),
            nameof(IClaims.SettleAsync) => Task.FromResult(Settle((IReadOnlyList<Settlement>)arguments[0]!)),
            _ => null,
        });
        Presence = Role<IPresence>((method, arguments) => method switch
        {
            nameof(IPresence.EnterAsync) => Task.FromResult(new ClientStart((string)arguments[0]!, DateTimeOffset.UnixEpoch)),
            nameof(IPresence.BeatAsync) => Task.FromResult(BeatResult.Absent with { IsPresent = true }),
            _ => null,
        });
    }

    public override string Name => "nowhere";

    public override IClaims Claims { get; }

    public override IPresence Presence { get; }

    public override IJobs Jobs { get; } = Role<IJobs>();

    public override IDue Due { get; } = Role<IDue>();

    public override ISchedules Schedules { get; } = Role<ISchedules>();

    public override IQueues Queues { get; } = Role<IQueues>();

    public override ILease Lease { get; } = Role<ILease>();

    public override IUpkeep Upkeep { get; } = Role<IUpkeep>();

    public override IWakeups Wakeups { get; } = Role<IWakeups>();

    public override ISchema Schema { get; } = Role<ISchema>();

    /// <summary>Has so many jobs to claim, and tells when all of them were settled.</summary>
    public Task Offer(int jobs)
    {
        _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _unsettled, jobs);
        Volatile.Write(ref _left, jobs);
        return _settled.Task;
    }

    public override Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override bool IsTransient(Exception error) => false;

    public override void CheckTransaction(DbTransaction transaction)
    {
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static T Role<T>(Func<string, object?[], object?>? answer = null)
        where T : class
    {
        var role = DispatchProxy.Create<T, Silent>();
        ((Silent)(object)role).Answer = answer;
        return role;
    }

    private IReadOnlyList<ClaimedJob> Claim(ClaimDemand demand)
    {
        var claimed = new ClaimedJob[Math.Min(Volatile.Read(ref _left), demand.Queues.Sum(queue => queue.FreeSlots))];
        Interlocked.Add(ref _left, -claimed.Length);
        for (var i = 0; i < claimed.Length; i++)
        {
            claimed[i] = new ClaimedJob(new JobRow
            {
                Id = ++_id,
                State = JobState.Running,
                Kind = "small",
                Queue = "default",
                Attempt = 1,
                MaxAttempts = 25,
                Priority = 1,
                EncodedArgs = Args,
                CreatedAt = DateTimeOffset.UnixEpoch,
                ScheduledAt = DateTimeOffset.UnixEpoch,
                AttemptedAt = DateTimeOffset.UnixEpoch,
            });
        }

        return claimed;
    }

    private IReadOnlyList<SettleResult> Settle(IReadOnlyList<Settlement> settlements)
    {
        var results = new SettleResult[settlements.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = new SettleResult(Accepted: true, settlements[i].State);
        if (Interlocked.Add(ref _unsettled, -results.Length) == 0)
            _settled.SetResult();
        return results;
    }
}

/// <summary>Answers every call with a finished task of nothing, unless told otherwise.</summary>
internal class Silent : DispatchProxy
{
    public Func<string, object?[], object?>? Answer { get; set; }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        Answer?.Invoke(targetMethod!.Name, args ?? []) ?? Nothing(targetMethod!.ReturnType);

    private static object? Nothing(Type type)
    {
        if (type == typeof(void))
            return null;
        if (type == typeof(Task))
            return Task.CompletedTask;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
            return typeof(Silent).GetMethod(nameof(Finished), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type.GenericTypeArguments).Invoke(null, null);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return Array.CreateInstance(type.GenericTypeArguments[0], 0);
        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }

    private static Task<T> Finished<T>() => Task.FromResult((T)Nothing(typeof(T))!);
}
