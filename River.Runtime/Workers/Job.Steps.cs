using System.Data.Common;
using System.Text.Json.Serialization.Metadata;

namespace River;

/// <content>Steps, each of which is done once however often the job is attempted.</content>
public sealed partial class Job<TArgs>
{
    /// <summary>
    /// Runs a step of the job, unless an earlier attempt has done it. That it is done is stored before this returns, so
    /// a job that fails, is stopped or loses its process behind it resumes behind it; one that dies within a step, or
    /// before that is stored, runs the step again.
    /// </summary>
    /// <remarks>
    /// Steps run in order, one after another, by the rules of River's Go library, which can resume what .NET began and the
    /// other way round. What stands outside of steps runs in every attempt. After a step has failed no other runs, and the
    /// attempt fails with its exception.
    /// </remarks>
    /// <param name="name">The step's name, unique in the job. It is stored: keep it for as long as jobs are under way.</param>
    /// <param name="step">The work. Its token is the attempt's.</param>
    /// <returns>A task that ends when the step is stored as done.</returns>
    /// <exception cref="RepeatedStepException">The name was used before in this attempt.</exception>
    /// <exception cref="OperationCanceledException">The job isn't this client's any more; its outcome won't be stored.</exception>
    public Task StepAsync(string name, Func<CancellationToken, Task> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Record.StepAsync(name, transaction: null, step);
    }

    /// <summary>
    /// As <see cref="StepAsync(string, Func{CancellationToken, Task})"/>, but that the step is done is written in a transaction of the
    /// caller's, so that it is done exactly when its effects are committed. The caller commits, right after this; until then
    /// nothing else of the job can be written.
    /// </summary>
    /// <param name="name">The step's name, unique in the job.</param>
    /// <param name="transaction">A transaction on River's database.</param>
    /// <param name="step">The work. Its token is the attempt's.</param>
    /// <returns>A task that ends when the step is written as done.</returns>
    /// <exception cref="ArgumentException">Statements can't join the transaction.</exception>
    /// <exception cref="RepeatedStepException">The name was used before in this attempt.</exception>
    /// <exception cref="OperationCanceledException">The job isn't this client's any more: roll back.</exception>
    public Task StepAsync(string name, DbTransaction transaction, Func<CancellationToken, Task> step)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(step);
        return Record.StepAsync(name, transaction, step);
    }

    /// <summary>
    /// As <see cref="StepAsync(string, Func{CancellationToken, Task})"/>, for a step that goes through many things: it keeps a cursor,
    /// from which the next attempt goes on.
    /// </summary>
    /// <typeparam name="TCursor">The cursor's type, such as the number of the last thing that is done.</typeparam>
    /// <param name="name">The step's name, unique in the job.</param>
    /// <param name="typeInfo">How the cursor is written, from a generated <c>JsonSerializerContext</c>.</param>
    /// <param name="step">The work, from the cursor on. Its token is the attempt's.</param>
    /// <returns>A task that ends when the step is stored as done.</returns>
    /// <exception cref="RepeatedStepException">The name was used before in this attempt.</exception>
    /// <exception cref="System.Text.Json.JsonException">The stored cursor doesn't fit the type.</exception>
    /// <exception cref="OperationCanceledException">The job isn't this client's any more; its outcome won't be stored.</exception>
    public Task StepAsync<TCursor>(string name, JsonTypeInfo<TCursor> typeInfo, Func<StepCursor<TCursor>, CancellationToken, Task> step)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        ArgumentNullException.ThrowIfNull(step);
        return Record.StepAsync(name, transaction: null, token => step(new StepCursor<TCursor>(Record, name, typeInfo), token));
    }
}
