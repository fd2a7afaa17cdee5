using River;

[assembly: Queue("default", MaxWorkers = 100)]
[assembly: Queue("cancel_queue", MaxWorkers = 10)]
