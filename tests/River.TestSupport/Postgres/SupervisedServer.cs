using System.Diagnostics;

namespace River.TestSupport.Postgres;

/// <summary>
/// One run of a server under a small shell that holds the other end of a pipe to this process. When the pipe closes, and it
/// does even when this process is killed, the shell stops the server and deletes its folder.
/// </summary>
internal sealed class SupervisedServer
{
    private const int LinesKept = 50;

    // INT and HUP reach the whole terminal group at Ctrl+C; the shell must outlive them to clean up after the pipe closes.
    // QUIT is PostgreSQL's immediate shutdown. A line on the pipe means: stop, but keep the folder. A server that ends by
    // itself ends the shell too, and its folder is left to the owner, who may want to start it again.
    private const string Script =
        """
        trap '' INT HUP TERM
        root=$1; shift
        exec 3<&0
        "$@" </dev/null 3<&- &
        server=$!
        ( read -r word <&3 || word=delete; echo "$word" >"$root/stop"; kill -QUIT "$server" ) 2>/dev/null &
        pipe=$!
        wait "$server"
        status=$?
        kill -KILL "$pipe" 2>/dev/null
        if [ -e "$root/stop" ]; then
            [ "$(cat "$root/stop")" = keep ] && rm -f "$root/stop" || rm -rf "$root"
            exit 0
        fi
        exit "$status"
        """;

    private readonly Process _shell;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _log = new();
    private Task _ended = Task.CompletedTask;

    private SupervisedServer(Process shell) => _shell = shell;

    /// <summary>Completes when the server takes connections; fails with the end of its log when it doesn't.</summary>
    public Task Ready => _ready.Task;

    public static SupervisedServer Start(ServerUser user, string program, string folder, IEnumerable<string> arguments)
    {
        var shell = new Process { StartInfo = user.StartInfo("sh", ["-c", Script, "river-postgres-watchdog", folder, program, .. arguments]) };
        var server = new SupervisedServer(shell);
        shell.OutputDataReceived += (_, line) => server.Read(line.Data);
        shell.ErrorDataReceived += (_, line) => server.Read(line.Data);
        shell.Start();
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        server._ended = server.WatchAsync();
        return server;
    }

    public async Task StopAsync(bool deleteFolder)
    {
        try
        {
            if (!deleteFolder)
                await _shell.StandardInput.WriteLineAsync("keep").ConfigureAwait(false);
            _shell.StandardInput.Close();
        }
        catch (IOException)
        {
            // The shell ended with its server already, and its end of the pipe is closed.
        }
        await _ended.ConfigureAwait(false);
        _shell.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > LinesKept)
                _log.Dequeue();
        }
        if (line.Contains("database system is ready to accept connections", StringComparison.Ordinal))
            _ready.TrySetResult();
    }

    private async Task WatchAsync()
    {
        await _shell.WaitForExitAsync().ConfigureAwait(false);
        _ready.TrySetException(new PostgresUnavailableException($"The private PostgreSQL server didn't start:{Environment.NewLine}{Log()}"));
    }

    private string Log()
    {
        lock (_log)
            return string.Join(Environment.NewLine, _log);
    }
}
