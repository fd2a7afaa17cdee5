using River.TestSupport.Postgres;

// Starts a server, says where it is, and then holds it until somebody kills this process.
var server = await PostgresServer.StartAsync();
Console.WriteLine(server.AdminConnectionString);
await Task.Delay(Timeout.Infinite);
GC.KeepAlive(server);
