using River;

[assembly: Queue("mail", MaxWorkers = 5)]

namespace Shop.Contracts;

[Job(Queue = Queues.Mail)]
public sealed partial record SendInvoice(long OrderId, string? Note = null);
