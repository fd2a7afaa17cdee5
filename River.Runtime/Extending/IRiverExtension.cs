namespace River;

/// <summary>
/// What an application puts around inserts and attempts: <see cref="IInsertMiddleware"/>, <see cref="IWorkMiddleware"/>,
/// <see cref="IInsertBeginHook"/>, <see cref="IWorkBeginHook"/>, <see cref="IWorkEndHook"/>, or several of them in one class.
/// </summary>
/// <remarks>
/// Registered by <see cref="RiverBuilder.Use{TExtension}"/>, <see cref="RiverBuilder.UseForJob{TJob, TExtension}"/> and
/// <see cref="RiverBuilder.UseForWorker{TWorker, TExtension}"/>. In every place those for all jobs come first, then those of the
/// job's type, then those of its worker, each in the order given; of middleware the first is the outermost. A class that is
/// registered on several levels runs once, on the outermost.
/// </remarks>
public interface IRiverExtension;
