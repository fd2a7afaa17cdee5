using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace River.EntityFrameworkCore.Saving;

/// <summary>The jobs that wait for the next save of one context. They stay until a save has succeeded, like EF Core's own changes.</summary>
internal sealed class PendingJobs : IResettableService
{
    private readonly List<PendingJob> _waiting = [];
    private readonly List<(PendingJob Job, EnqueueResult Result)> _inserted = [];

    public int Count => _waiting.Count;

    public void Add(PendingJob job) => _waiting.Add(job);

    /// <summary>Inserts all that wait, in the given transaction or, without one, in one statement of their own.</summary>
    public async Task InsertAsync(DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        _inserted.Clear();
        foreach (var batch in _waiting.GroupBy(job => job.Jobs).ToArray())
        {
            PendingJob[] jobs = [.. batch];
            JobRequest[] requests;
            using (jobs.Any(job => job.ReadsKeys) ? new GeneratedValues(context) : null)
                requests = Array.ConvertAll(jobs, job => job.Request());
            var bound = transaction is null ? batch.Key : batch.Key.In(transaction);
            var results = await bound.EnqueueManyAsync(requests, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < jobs.Length; i++)
                _inserted.Add((jobs[i], results[i]));
        }
    }

    /// <summary>The save that took the jobs along has succeeded.</summary>
    public void Saved()
    {
        foreach (var (job, result) in _inserted)
        {
            job.Result.Value = result;
            _waiting.Remove(job);
        }

        _inserted.Clear();
    }

    /// <summary>A context goes back to its pool: what it never saved is dropped, as its changes are.</summary>
    public void ResetState()
    {
        _waiting.Clear();
        _inserted.Clear();
    }

    public Task ResetStateAsync(CancellationToken cancellationToken = default)
    {
        ResetState();
        return Task.CompletedTask;
    }
}
