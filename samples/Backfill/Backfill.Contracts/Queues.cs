using River;

[assembly: Queue("default", MaxWorkers = 20)]
[assembly: Queue("chunks", MaxWorkers = 10)]
[assembly: Queue("cleanup", MaxWorkers = 2)]
